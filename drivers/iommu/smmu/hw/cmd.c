// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of commands and of command errors (IHI 0070 sections 4.1.1 and 7.1).
 */
#include <linux/array_size.h>
#include <linux/export.h>
#include <kunit/visibility.h>

#include "hw/cmd.h"

#define SMMU_CMD_ENTRY(_name)	\
	[SMMU_CMD_##_name] = "CMD_" #_name

static const char *const smmu_cmd_names[] = {
	SMMU_CMD_ENTRY(PREFETCH_CONFIG),
	SMMU_CMD_ENTRY(PREFETCH_ADDR),
	SMMU_CMD_ENTRY(CFGI_STE),
	SMMU_CMD_ENTRY(CFGI_STE_RANGE),
	SMMU_CMD_ENTRY(CFGI_CD),
	SMMU_CMD_ENTRY(CFGI_CD_ALL),
	SMMU_CMD_ENTRY(CFGI_VMS_PIDM),
	SMMU_CMD_ENTRY(TLBI_NH_ALL),
	SMMU_CMD_ENTRY(TLBI_NH_ASID),
	SMMU_CMD_ENTRY(TLBI_NH_VA),
	SMMU_CMD_ENTRY(TLBI_NH_VAA),
	SMMU_CMD_ENTRY(TLBI_EL3_ALL),
	SMMU_CMD_ENTRY(TLBI_EL3_VA),
	SMMU_CMD_ENTRY(TLBI_EL2_ALL),
	SMMU_CMD_ENTRY(TLBI_EL2_ASID),
	SMMU_CMD_ENTRY(TLBI_EL2_VA),
	SMMU_CMD_ENTRY(TLBI_EL2_VAA),
	SMMU_CMD_ENTRY(TLBI_S12_VMALL),
	SMMU_CMD_ENTRY(TLBI_S2_IPA),
	SMMU_CMD_ENTRY(TLBI_NSNH_ALL),
	SMMU_CMD_ENTRY(ATC_INV),
	SMMU_CMD_ENTRY(PRI_RESP),
	SMMU_CMD_ENTRY(RESUME),
	SMMU_CMD_ENTRY(STALL_TERM),
	SMMU_CMD_ENTRY(SYNC),
	SMMU_CMD_ENTRY(TLBI_S_EL2_ALL),
	SMMU_CMD_ENTRY(TLBI_S_EL2_ASID),
	SMMU_CMD_ENTRY(TLBI_S_EL2_VA),
	SMMU_CMD_ENTRY(TLBI_S_EL2_VAA),
	SMMU_CMD_ENTRY(TLBI_S_S12_VMALL),
	SMMU_CMD_ENTRY(TLBI_S_S2_IPA),
	SMMU_CMD_ENTRY(TLBI_SNH_ALL),
	SMMU_CMD_ENTRY(DPTI_ALL),
	SMMU_CMD_ENTRY(DPTI_PA),
};

/**
 * smmu_cmd_name() - Name of a command
 * @opcode: its opcode
 *
 * Context: any; pure.
 * Return: The name the architecture gives it; never NULL.
 */
const char *smmu_cmd_name(u8 opcode)
{
	if (opcode < ARRAY_SIZE(smmu_cmd_names) && smmu_cmd_names[opcode])
		return smmu_cmd_names[opcode];
	if (opcode >= SMMU_CMD_IMPDEF_FIRST && opcode <= SMMU_CMD_IMPDEF_LAST)
		return "implementation-defined command";
	return "reserved opcode";
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmd_name);

static const char *const smmu_cmd_errors[] = {
	[SMMU_CERROR_NONE] = "no error",
	[SMMU_CERROR_ILL] = "CERROR_ILL, illegal command",
	[SMMU_CERROR_ABT] = "CERROR_ABT, abort on reading the queue",
	[SMMU_CERROR_ATC_INV_SYNC] = "CERROR_ATC_INV_SYNC, no answer to an ATC invalidation",
};

/**
 * smmu_cmd_error_name() - What a CMDQ_CONS.ERR code says
 * @err: the code
 *
 * Context: any; pure.
 * Return: A phrase; never NULL.
 */
const char *smmu_cmd_error_name(u8 err)
{
	return err < ARRAY_SIZE(smmu_cmd_errors) ? smmu_cmd_errors[err] : "unknown error";
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmd_error_name);
