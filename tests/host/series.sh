# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh and apt.sh: which series of Linux there are (6.12, 7.2).

# In the machine's own suites.
BASE_SERIES=6.12
# Where the newest one is.
NEWEST_SUITE=${SMMU_NEWEST_SUITE:-sid}

# use_series SERIES: have apt.sh look where this series is.
# shellcheck disable=SC2034 # apt.sh looks at it
use_series() {
	case $1 in
	"$BASE_SERIES") APT_SUITE= ;;
	[0-9]*.[0-9]*) APT_SUITE=$NEWEST_SUITE ;;
	*) die "a kernel series is two numbers, such as $BASE_SERIES, not '$1'" ;;
	esac
}

# series_suffix SERIES: what names in the cache end in.
series_suffix() {
	[ "$1" = "$BASE_SERIES" ] || echo "-$1"
}

series_regex() {
	echo "$1" | sed 's/\./\\./g'
}
