#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# newest-series.sh LIMIT: print the newest series of Linux, at most LIMIT (7.2), of
# which Debian's newest suite has both the source and an arm64 kernel. The answer is
# kept in the cache; SMMU_UPDATE=1 asks again. Exit status 3: there is none now.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"
. "$HOST_DIR/series.sh"

LIMIT=${1:?usage: $0 LIMIT}
ANSWER=$CACHE/debian/newest-of-$NEWEST_SUITE-$LIMIT

if [ -z "${SMMU_UPDATE:-}" ] && [ -s "$ANSWER" ]; then
	cat "$ANSWER"
	exit
fi

# A list of names, sorted by version; nothing if the suite has none.
names() {
	apt_private arm64 apt-cache search --names-only "$1" | sed "$2" | sort -uV
}

lock debian-arm64
# shellcheck disable=SC2034 # apt.sh looks at it
APT_SUITE=$NEWEST_SUITE
apt_prepare arm64 ${SMMU_UPDATE:+again} ||
	absent "the package lists of Debian's suite '$NEWEST_SUITE' cannot be fetched"
sources=$(names '^linux-source-[0-9.]+$' 's/^linux-source-\([^ ]*\).*/\1/')
kernels=$(names '^linux-headers-[0-9][^ -]*-arm64(:arm64)?$' \
	's/^linux-headers-\([0-9]*\.[0-9]*\).*/\1/')
newest=
others=
for series in $sources; do
	if ! echo "$kernels" | grep -qxF "$series" || dpkg --compare-versions "$series" le "$BASE_SERIES"; then
		continue
	elif dpkg --compare-versions "$series" le "$LIMIT"; then
		newest=$series
	else
		others="$others $series"
	fi
done
[ -n "$newest" ] || absent "Debian's suite '$NEWEST_SUITE' has no Linux after $BASE_SERIES and up to $LIMIT" \
	"now${others:+, but$others (KERNEL=<series> tries it)}"
mkdir -p "$CACHE/debian"
echo "$newest" >"$ANSWER"
echo "$newest"
