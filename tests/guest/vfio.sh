# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh by scripts that hand an edu device to a program (vfio_edu.c).

# vfio_results PREFIX WORDS...: runs vfio_edu with these words; a result for each of its
# verdicts, with the prefix in front of the name.
vfio_results() {
	v_prefix=$1
	shift
	/test/vfio_edu "$@" >/tmp/vfio
	v_status=$?
	while read -r v_verdict v_what; do
		if [ "$v_verdict" = pass ]; then
			pass "$v_prefix$v_what"
		elif [ "$v_verdict" = skip ]; then
			skip "$v_prefix${v_what%%: *}" "${v_what#*: }"
		else
			fail "$v_prefix${v_what%%: *}" "$v_verdict $v_what"
		fi
	done </tmp/vfio
	check "${v_prefix}vfio_edu's status" [ $v_status = 0 ]
}
