// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event records: what is in them and what they mean (IHI 0070 section 7.3).
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "hw/event.h"

/* Fields of a record that only some events have */
#define SMMU_HAS_ADDR		BIT(0)	/* InputAddr */
#define SMMU_HAS_PAGE		BIT(1)	/* InputAddr without its low 12 bits */
#define SMMU_HAS_RW		BIT(2)	/* RnW */
#define SMMU_HAS_ACCESS		BIT(3)	/* PnU and InD */
#define SMMU_HAS_STAGE		BIT(4)	/* S2, and IPA if it is set */
#define SMMU_HAS_CLASS		BIT(5)	/* CLASS */
#define SMMU_HAS_STALL		BIT(6)	/* Stall and STAG */
#define SMMU_HAS_REASON		BIT(7)	/* Reason */
#define SMMU_HAS_FETCH		BIT(8)	/* FetchAddr and GPCF, in place of IPA */
#define SMMU_HAS_SSID		BIT(9)	/* SubstreamID without SSV */

#define SMMU_HAS_TRANSACTION	(SMMU_HAS_ADDR | SMMU_HAS_RW | SMMU_HAS_ACCESS)
#define SMMU_HAS_FAULT		(SMMU_HAS_TRANSACTION | SMMU_HAS_STAGE |	\
				 SMMU_HAS_CLASS | SMMU_HAS_STALL)

/**
 * struct smmu_event_kind - what there is to know about one event number
 * @name: name in the architecture
 * @what: what happened, if it is not that a transaction was refused
 * @text: why, in words
 * @has: SMMU_HAS_*
 */
struct smmu_event_kind {
	const char *name;
	const char *what;
	const char *text;
	u16 has;
};

#define SMMU_EVENT_KIND(_name, _has, _text)	\
	[SMMU_EVENT_##_name] = { .name = #_name, .has = (_has), .text = (_text) }

#define SMMU_EVENT_KIND_WHAT(_name, _has, _what, _text)	\
	[SMMU_EVENT_##_name] = { .name = #_name, .has = (_has), .what = (_what), .text = (_text) }

static const struct smmu_event_kind smmu_event_kinds[] = {
	SMMU_EVENT_KIND(F_UUT, SMMU_HAS_TRANSACTION | SMMU_HAS_REASON,
			"the SMMU does not support this type of transaction"),
	SMMU_EVENT_KIND(C_BAD_STREAMID, 0,
			"the stream table has no such StreamID; is it in the device tree?"),
	SMMU_EVENT_KIND(F_STE_FETCH, SMMU_HAS_FETCH | SMMU_HAS_REASON,
			"the stream table entry cannot be read from memory"),
	SMMU_EVENT_KIND(C_BAD_STE, 0,
			"the stream table entry is invalid"),
	SMMU_EVENT_KIND_WHAT(F_BAD_ATS_TREQ, SMMU_HAS_PAGE, "ATS translation request",
			     "ATS is not enabled for this stream"),
	SMMU_EVENT_KIND(F_STREAM_DISABLED, 0,
			"the stream needs a SubstreamID and there was none, or it was 0"),
	SMMU_EVENT_KIND(F_TRANSL_FORBIDDEN, SMMU_HAS_ADDR | SMMU_HAS_RW,
			"the address is marked as translated by ATS, which is not allowed here"),
	SMMU_EVENT_KIND(C_BAD_SUBSTREAMID, SMMU_HAS_SSID,
			"the stream has no such SubstreamID"),
	SMMU_EVENT_KIND(F_CD_FETCH, SMMU_HAS_FETCH | SMMU_HAS_REASON,
			"the context descriptor cannot be read from memory"),
	SMMU_EVENT_KIND(C_BAD_CD, 0,
			"the context descriptor is invalid"),
	SMMU_EVENT_KIND(F_WALK_EABT, SMMU_HAS_TRANSACTION | SMMU_HAS_STAGE | SMMU_HAS_CLASS |
			SMMU_HAS_FETCH | SMMU_HAS_REASON,
			"the page table cannot be read from memory"),
	SMMU_EVENT_KIND(F_TRANSLATION, SMMU_HAS_FAULT,
			"address is not mapped"),
	SMMU_EVENT_KIND(F_ADDR_SIZE, SMMU_HAS_FAULT,
			"address is mapped to, or is, one too wide for the SMMU"),
	SMMU_EVENT_KIND(F_ACCESS, SMMU_HAS_FAULT,
			"the mapping has no access flag"),
	SMMU_EVENT_KIND(F_PERMISSION, SMMU_HAS_FAULT,
			"the mapping does not permit it"),
	SMMU_EVENT_KIND(F_TLB_CONFLICT, SMMU_HAS_TRANSACTION | SMMU_HAS_STAGE | SMMU_HAS_REASON,
			"the TLB holds several translations of the address"),
	SMMU_EVENT_KIND(F_CFG_CONFLICT, SMMU_HAS_REASON,
			"the SMMU holds several configurations of the stream"),
	SMMU_EVENT_KIND_WHAT(E_PAGE_REQUEST, SMMU_HAS_PAGE, "page request",
			     "the device expects to need this memory soon; nothing was refused"),
	SMMU_EVENT_KIND(F_VMS_FETCH, SMMU_HAS_FETCH | SMMU_HAS_REASON,
			"the virtual machine structure cannot be read from memory"),
};

static const struct smmu_event_kind smmu_event_impdef = {
	.name = "IMPDEF_EVENT",
	.what = "implementation-defined event",
	.text = "see the manual of this SMMU",
};

static const struct smmu_event_kind smmu_event_unknown = {
	.name = "unknown event",
	.what = "unknown event",
	.text = "the driver does not know this event number",
};

static const struct smmu_event_kind *smmu_event_kind(u8 type)
{
	if (type < ARRAY_SIZE(smmu_event_kinds) && smmu_event_kinds[type].name)
		return &smmu_event_kinds[type];
	if (type >= SMMU_EVENT_IMPDEF_FIRST && type <= SMMU_EVENT_IMPDEF_LAST)
		return &smmu_event_impdef;
	return &smmu_event_unknown;
}

/* The transaction that led to the event: words 1 and 2 */
static void smmu_event_transaction(const u64 *rec, u16 has, struct smmu_event *ev)
{
	ev->has_addr = has & (SMMU_HAS_ADDR | SMMU_HAS_PAGE);
	if (has & SMMU_HAS_ADDR)
		ev->addr = rec[2];
	else if (has & SMMU_HAS_PAGE)
		ev->addr = rec[2] & SMMU_EVENT_2_PAGE;

	ev->has_rw = has & SMMU_HAS_RW;
	ev->read = ev->has_rw && FIELD_GET(SMMU_EVENT_1_RNW, rec[1]);

	ev->has_access = has & SMMU_HAS_ACCESS;
	ev->priv = ev->has_access && FIELD_GET(SMMU_EVENT_1_PNU, rec[1]);
	ev->inst = ev->has_access && FIELD_GET(SMMU_EVENT_1_IND, rec[1]);
}

/* What the SMMU was doing with it: words 1 and 3 */
static void smmu_event_cause(const u64 *rec, u16 has, struct smmu_event *ev)
{
	ev->has_stage = has & SMMU_HAS_STAGE;
	ev->s2 = ev->has_stage && FIELD_GET(SMMU_EVENT_1_S2, rec[1]);
	ev->has_class = has & SMMU_HAS_CLASS;
	ev->class = ev->has_class ? FIELD_GET(SMMU_EVENT_1_CLASS, rec[1]) : 0;

	ev->has_fetch = has & SMMU_HAS_FETCH;
	ev->fetch_addr = ev->has_fetch ? rec[3] & SMMU_EVENT_3_FETCH : 0;
	ev->gpc = ev->has_fetch && FIELD_GET(SMMU_EVENT_1_GPCF, rec[1]);
	ev->has_ipa = ev->s2 && !ev->has_fetch;
	ev->ipa = ev->has_ipa ? rec[3] & SMMU_EVENT_3_IPA : 0;

	ev->has_reason = has & SMMU_HAS_REASON;
	ev->reason = ev->has_reason ? FIELD_GET(SMMU_EVENT_1_REASON, rec[1]) : 0;
	ev->stall = has & SMMU_HAS_STALL && FIELD_GET(SMMU_EVENT_1_STALL, rec[1]);
	ev->stag = ev->stall ? FIELD_GET(SMMU_EVENT_1_STAG, rec[1]) : 0;
}

/**
 * smmu_event_decode() - Take a record apart
 * @rec: the record in CPU order
 * @ev: filled in; what this event does not have is 0
 *
 * Context: any; pure.
 */
void smmu_event_decode(const u64 rec[SMMU_EVENT_WORDS], struct smmu_event *ev)
{
	const u8 type = FIELD_GET(SMMU_EVENT_0_TYPE, rec[0]);
	const u16 has = smmu_event_kind(type)->has;

	memset(ev, 0, sizeof(*ev));
	ev->type = type;
	ev->sid = FIELD_GET(SMMU_EVENT_0_SID, rec[0]);
	ev->ssv = has & SMMU_HAS_SSID || FIELD_GET(SMMU_EVENT_0_SSV, rec[0]);
	ev->ssid = ev->ssv ? FIELD_GET(SMMU_EVENT_0_SSID, rec[0]) : 0;
	smmu_event_transaction(rec, has, ev);
	smmu_event_cause(rec, has, ev);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_event_decode);

/* A line that grows at its end; what does not fit is cut off */
struct smmu_event_line {
	char *buf;
	size_t len;
	size_t used;
};

static __printf(2, 3) void smmu_event_add(struct smmu_event_line *line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line->used += vscnprintf(line->buf + line->used, line->len - line->used, fmt, args);
	va_end(args);
}

static void smmu_event_add_what(struct smmu_event_line *line, const struct smmu_event *ev)
{
	const char *what = smmu_event_kind(ev->type)->what;

	if (!what)
		what = !ev->has_rw ? "transaction" : ev->read ? "read" : "write";
	smmu_event_add(line, "%s", what);
	if (ev->has_addr)
		smmu_event_add(line, " of %#llx", ev->addr);
	if (ev->type == SMMU_EVENT_F_BAD_ATS_TREQ || !smmu_event_kind(ev->type)->what)
		smmu_event_add(line, ev->stall ? " stalled" : " refused");
}

static const char *smmu_event_class_text(u8 class)
{
	switch (class) {
	case SMMU_EVENT_CLASS_CD:
		return ", fetching a context descriptor";
	case SMMU_EVENT_CLASS_TT:
		return ", walking a page table";
	default:
		return "";
	}
}

/* In parentheses: how the transaction was meant and how far it came */
static void smmu_event_add_details(struct smmu_event_line *line, const struct smmu_event *ev)
{
	if (!ev->has_stage && !ev->has_access)
		return;
	smmu_event_add(line, " (");
	if (ev->has_stage)
		smmu_event_add(line, "stage %d, ", ev->s2 ? 2 : 1);
	smmu_event_add(line, "%s %s", ev->priv ? "privileged" : "unprivileged",
		       ev->inst ? "instruction" : "data");
	if (ev->has_class)
		smmu_event_add(line, "%s", smmu_event_class_text(ev->class));
	if (ev->has_ipa)
		smmu_event_add(line, ", IPA %#llx", ev->ipa);
	smmu_event_add(line, ")");
}

/* After the cause: what helps whoever looks deeper */
static void smmu_event_add_numbers(struct smmu_event_line *line, const struct smmu_event *ev)
{
	if (ev->has_fetch)
		smmu_event_add(line, " at %#llx%s", ev->fetch_addr,
			       ev->gpc ? ", refused by the granule protection check" : "");
	if (ev->has_reason && ev->reason)
		smmu_event_add(line, ", reason %#x", ev->reason);
	if (ev->stall)
		smmu_event_add(line, ", stall tag %#x", ev->stag);
}

/**
 * smmu_event_describe() - One line about an event that a person can read
 * @ev: the event
 * @buf: gets the line, without a newline
 * @len: bytes in @buf; SMMU_EVENT_TEXT_BYTES hold any line
 *
 * Context: any; pure.
 * Return: Bytes written, without the terminating NUL.
 */
int smmu_event_describe(const struct smmu_event *ev, char *buf, size_t len)
{
	const struct smmu_event_kind *kind = smmu_event_kind(ev->type);
	struct smmu_event_line line = { .buf = buf, .len = len };

	smmu_event_add(&line, "StreamID %#x", ev->sid);
	if (ev->ssv)
		smmu_event_add(&line, " SubstreamID %#x", ev->ssid);
	smmu_event_add(&line, ": ");
	smmu_event_add_what(&line, ev);
	smmu_event_add_details(&line, ev);
	smmu_event_add(&line, ": %s", kind->text);
	smmu_event_add_numbers(&line, ev);
	if (kind == &smmu_event_impdef || kind == &smmu_event_unknown)
		smmu_event_add(&line, " (%#x)", ev->type);
	else
		smmu_event_add(&line, " (%s)", kind->name);
	return line.used;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_event_describe);
