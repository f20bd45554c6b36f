# SPDX-License-Identifier: GPL-2.0-only
"""Run programs of this machine. Their status counts: a test has not passed because a
program that had to look at something ended before it said anything."""

import subprocess
from dataclasses import dataclass

from harness.places import HOST

# A script's status for Absent.
ABSENT = 3

# How much of a long command a message shows.
WORDS = 8


class Failure(Exception):
    """Something went wrong that the message explains to the user."""


class Absent(Failure):
    """Debian does not have this now, or its mirror fails: nothing of ours is broken."""


class Skip(Exception):
    """A test has nothing to look at, or misses a program; the text says which."""


@dataclass(frozen=True)
class Done:
    """A program that has ended: its status, and what it printed."""
    status: int
    text: str
    errors: str = ""


def tail(text, lines):
    """The last LINES lines of TEXT."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def shown(command):
    """A command for a message."""
    words = [str(word) for word in command]
    return " ".join(words[:WORDS] + ["..."] * (len(words) > WORDS))


def run(*command, good=(0,), apart=False, **more):
    """Run a command; raises Failure if it cannot be run or its status is not in GOOD.

    GOOD is None where the caller looks at the status. Both streams are one text, or with
    APART two. MORE is for subprocess.run().
    """
    try:
        ended = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE if apart else subprocess.STDOUT, text=True,
                               errors="replace", check=False, **more)
    except OSError as why:
        raise Failure(f"{command[0]} cannot be run: {why.strerror}") from why
    done = Done(ended.returncode, ended.stdout, ended.stderr or "")
    if good is not None and done.status not in good:
        raise Failure(f"status {done.status} of: {shown(command)}\n"
                      f"{tail(done.text + done.errors, 20)}")
    return done


def script(*args):
    """Run a shell script of tests/host; its last line is the answer."""
    done = subprocess.run([str(HOST / args[0]), *args[1:]], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode == ABSENT:
        raise Absent(f"{' '.join(args)}: not to be had now, see the messages above")
    if done.returncode:
        raise Failure(f"{' '.join(args)} failed: its messages are above")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
