// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth N write FILE TEXT | failnth N load MODULE.ko: does it with the Nth
 * allocation in the kernel failing (/proc/thread-self/fail-nth; which
 * allocations count is set below /sys/kernel/debug/fail*). Prints what the call
 * returned: 0 or an error's number. Exit status: 0 the fault was used up, 1 the
 * call made fewer than N allocations, 2 it could not be tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(2);
}

static int arm(const char *n)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);

	must(fd >= 0, "/proc/thread-self/fail-nth");
	must(write(fd, n, strlen(n)) > 0, "setting fail-nth");
	return fd;
}

/* What is left of N: 0 if the fault came. */
static int disarm(int fd)
{
	char left[16] = "";

	must(pread(fd, left, sizeof(left) - 1, 0) > 0, "reading fail-nth");
	must(pwrite(fd, "0", 1, 0) == 1, "clearing fail-nth");
	return atoi(left);
}

int main(int argc, char **argv)
{
	int target, fail_nth, error, left;
	long ret;

	if (argc < 4 || (strcmp(argv[2], "load") && (strcmp(argv[2], "write") || argc < 5))) {
		fprintf(stderr, "usage: failnth N write FILE TEXT | failnth N load MODULE.ko\n");
		return 2;
	}
	target = open(argv[3], *argv[2] == 'w' ? O_WRONLY : O_RDONLY);
	must(target >= 0, argv[3]);
	fail_nth = arm(argv[1]);
	if (*argv[2] == 'w')
		ret = write(target, argv[4], strlen(argv[4]));
	else
		ret = syscall(SYS_finit_module, target, "", 0);
	error = ret < 0 ? errno : 0;
	left = disarm(fail_nth);
	printf("%d\n", error);
	return left ? 1 : 0;
}
