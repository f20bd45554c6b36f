# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh: an apt configuration of our own, so that backports and
# foreign architectures never touch the machine's. The mirror, the keyring and
# the suites come from the machine's own sources of Debian.

APT_DIR=$CACHE/apt
# A suite that is not the machine's: it is then the only one, with lists of its own.
APT_SUITE=
NATIVE=$(dpkg --print-architecture)

# Prints "URI SUITE KEYRING" for each suite of Debian's that the machine uses.
# A third-party source is one that does not carry component "main" of the
# running codename, or whose path does not end in debian*.
machine_sources() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		awk '
		$1 == "deb" {
			key = "-"
			if (match($0, /signed-by=[^] ]*/))
				key = substr($0, RSTART + 10, RLENGTH - 10)
			sub(/^deb[ \t]+(\[[^]]*\][ \t]*)?/, "")
			if (/ main( |$)/)
				print $1, $2, key
		}'
	# A stanza ends with an empty line, which the last one of a file may lack.
	for apt_file in /etc/apt/sources.list.d/*.sources; do
		[ ! -e "$apt_file" ] || { cat "$apt_file"; echo; }
	done |
		awk -v RS='' '
		{
			split("", field)
			lines = split($0, line, "\n")
			for (i = 1; i <= lines; i++)
				if (match(line[i], /^[A-Za-z-]+:/)) {
					name = tolower(substr(line[i], 1, RLENGTH - 1))
					field[name] = substr(line[i], RLENGTH + 1)
				}
			if ((" " field["types"] " ") !~ / deb / || field["enabled"] ~ /no/ ||
			    (" " field["components"] " ") !~ / main /)
				next
			key = field["signed-by"] ~ /^ *\// ? field["signed-by"] : "-"
			gsub(/ /, "", key)
			uris = split(field["uris"], uri, " ")
			suites = split(field["suites"], suite, " ")
			for (i = 1; i <= uris; i++)
				for (j = 1; j <= suites; j++)
					print uri[i], suite[j], key
		}'
}

# The name of the release that this machine runs.
machine_codename() {
	sed -n 's/^VERSION_CODENAME="\{0,1\}\([a-z]*\).*/\1/p' /etc/os-release
}

# apt_sources ARCHS: the private source list, in apt's one-line form.
apt_sources() {
	codename=$(machine_codename)
	machine_sources | awk -v code="$codename" -v archs="$1" -v only="$APT_SUITE" '
		function list(uri, suite, key) {
			if (key == "-")
				key = "/usr/share/keyrings/debian-archive-keyring.gpg"
			if (!seen[suite]++)
				printf "deb [arch=%s signed-by=%s] %s %s main\n", archs, key, uri, suite
		}
		{
			path = $1
			sub(/\/$/, "", path)
			sub(/.*\//, "", path)
		}
		path !~ /^debian/ { next }
		only != "" {
			if ($2 == code)
				list($1, only, $3)
			next
		}
		$2 == code {
			list($1, $2, $3)
			# Debian 12 has its new QEMU in backports only.
			if (code == "bookworm")
				list($1, code "-backports", $3)
		}
		$2 == code "-security" { list($1, $2, $3) }'
}

# release_sources RELEASE: "URI SUITE KEYRING" for each suite that this machine would use
# if it ran Debian RELEASE.
release_sources() {
	codename=$(machine_codename)
	machine_sources | awk -v code="$codename" -v release="$1" '
		{
			path = $1
			sub(/\/$/, "", path)
			sub(/.*\//, "", path)
		}
		path ~ /^debian/ && ($2 == code || index($2, code "-") == 1) {
			print $1, release substr($2, length(code) + 1), $3
		}'
}

# apt_dir ARCH: where the private configuration for ARCH is.
apt_dir() {
	echo "$APT_DIR/${APT_SUITE:+$APT_SUITE-}$1"
}

# apt_private ARCH COMMAND...: apt with the private configuration for ARCH and
# the machine's own architecture. APT_ROOT=as_root runs it as root.
apt_private() {
	apt_arch=$1
	apt_tool=$2
	apt_own=$(apt_dir "$1")
	shift 2
	apt_archs="-o APT::Architectures::=$NATIVE"
	[ "$apt_arch" = "$NATIVE" ] || apt_archs="$apt_archs -o APT::Architectures::=$apt_arch"
	# shellcheck disable=SC2086
	${APT_ROOT:-} "$apt_tool" $apt_archs \
		-o Dir::Etc::sourcelist="$apt_own/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$apt_own/lists" \
		-o Dir::Cache="$apt_own/cache" \
		-o APT::Sandbox::User=root -o Acquire::Retries=3 \
		-o Acquire::Languages=none -o Dpkg::Use-Pty=0 "$@"
}

# apt_prepare ARCH [again]: have package lists; "again" fetches newer ones.
apt_prepare() {
	apt_own=$(apt_dir "$1")
	[ -e "$apt_own/ready" ] && [ "${2:-}" != again ] && return
	mkdir -p "$apt_own/lists/partial" "$apt_own/cache/archives/partial"
	archs=$NATIVE
	[ "$1" = "$NATIVE" ] || archs=$NATIVE,$1
	apt_sources "$archs" >"$apt_own/sources.list"
	[ -s "$apt_own/sources.list" ] ||
		die "found no source of Debian in /etc/apt/sources.list*: this needs Debian 12 or 13"
	say "fetching Debian's package lists${APT_SUITE:+ of $APT_SUITE} for $archs"
	# One suite may be in the middle of a renewal: what is needed of it is
	# missed, and named, when a package is looked up.
	retry apt_update "$1" || {
		[ -z "$APT_SUITE" ] || return 1
		say "a package list could not be fetched, going on with the others"
	}
	touch "$apt_own/ready"
}

# apt_update ARCH: what went wrong stays in update.log.
apt_update() {
	apt_own=$(apt_dir "$1")
	apt_status=0
	apt_private "$1" apt-get update -qq -o APT::Update::Error-Mode=any \
		2>"$apt_own/update.log" || apt_status=$?
	cat "$apt_own/update.log" >&2
	return $apt_status
}

# apt_failed ARCH WHY: end, since a package of the machine's own suites is not there, just
# after apt_prepare ARCH again. That is a failure, unless the mirror has lists that do not
# belong together: then nobody knows whether it has the package. check.py fails when this
# leaves no kernel to boot.
apt_failed() {
	if grep -qE 'Hash Sum mismatch|File has unexpected size' "$(apt_dir "$1")/update.log" 2>/dev/null; then
		absent "$2: the mirror's package lists for $1 are damaged, or being renewed"
	fi
	die "$2"
}
