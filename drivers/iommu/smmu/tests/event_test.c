// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event records against a second decoder, written from the drawings of IHI 0070
 * section 7.3 with the bit numbers of the 256-bit record.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/string.h>

#include "hw/event.h"

#define EVENT_ROUNDS	200

/* Bits [hi:lo] of the record, which never cross a word */
static u64 event_bits(const u64 *rec, int hi, int lo)
{
	u64 word = rec[lo / 64] >> (lo % 64);
	int n = hi - lo + 1;

	return n == 64 ? word : word & ((1ULL << n) - 1);
}

static void event_ref_addr(const u64 *rec, struct smmu_event *ev)
{
	ev->has_addr = true;
	ev->addr = event_bits(rec, 191, 128);
}

static void event_ref_page(const u64 *rec, struct smmu_event *ev)
{
	ev->has_addr = true;
	ev->addr = event_bits(rec, 191, 140) << 12;
}

static void event_ref_rw(const u64 *rec, struct smmu_event *ev)
{
	ev->has_rw = true;
	ev->read = event_bits(rec, 99, 99);
}

static void event_ref_access(const u64 *rec, struct smmu_event *ev)
{
	ev->has_access = true;
	ev->priv = event_bits(rec, 97, 97);
	ev->inst = event_bits(rec, 98, 98);
}

static void event_ref_reason(const u64 *rec, struct smmu_event *ev)
{
	ev->has_reason = true;
	ev->reason = event_bits(rec, 79, 64);
}

static void event_ref_fetch(const u64 *rec, struct smmu_event *ev)
{
	ev->has_fetch = true;
	ev->fetch_addr = event_bits(rec, 247, 195) << 3;
	ev->gpc = event_bits(rec, 80, 80);
}

static void event_ref_stage(const u64 *rec, struct smmu_event *ev)
{
	ev->has_stage = true;
	ev->s2 = event_bits(rec, 103, 103);
}

static void event_ref_class(const u64 *rec, struct smmu_event *ev)
{
	ev->has_class = true;
	ev->class = event_bits(rec, 105, 104);
}

static void event_ref_ipa(const u64 *rec, struct smmu_event *ev)
{
	if (!event_bits(rec, 103, 103))
		return;
	ev->has_ipa = true;
	ev->ipa = event_bits(rec, 247, 204) << 12;
}

static void event_ref_stall(const u64 *rec, struct smmu_event *ev)
{
	ev->stall = event_bits(rec, 95, 95);
	if (ev->stall)
		ev->stag = event_bits(rec, 79, 64);
}

static void event_ref_body(const u64 *rec, struct smmu_event *ev)
{
	switch (ev->type) {
	case 0x01:	/* 7.3.2 */
		event_ref_addr(rec, ev);
		event_ref_rw(rec, ev);
		event_ref_access(rec, ev);
		event_ref_reason(rec, ev);
		break;
	case 0x03:	/* 7.3.4 */
	case 0x09:	/* 7.3.10 */
	case 0x25:	/* 7.3.20 */
		event_ref_fetch(rec, ev);
		event_ref_reason(rec, ev);
		break;
	case 0x05:	/* 7.3.6 */
	case 0x24:	/* 7.3.19 */
		event_ref_page(rec, ev);
		break;
	case 0x07:	/* 7.3.8 */
		event_ref_addr(rec, ev);
		event_ref_rw(rec, ev);
		break;
	case 0x08:	/* 7.3.9: no SSV */
		ev->ssv = true;
		ev->ssid = event_bits(rec, 31, 12);
		break;
	case 0x0b:	/* 7.3.12 */
		event_ref_addr(rec, ev);
		event_ref_rw(rec, ev);
		event_ref_access(rec, ev);
		event_ref_stage(rec, ev);
		event_ref_class(rec, ev);
		event_ref_fetch(rec, ev);
		event_ref_reason(rec, ev);
		break;
	case 0x10 ... 0x13:	/* 7.3.13 to 7.3.16 */
		event_ref_addr(rec, ev);
		event_ref_rw(rec, ev);
		event_ref_access(rec, ev);
		event_ref_stage(rec, ev);
		event_ref_class(rec, ev);
		event_ref_ipa(rec, ev);
		event_ref_stall(rec, ev);
		break;
	case 0x20:	/* 7.3.17 */
		event_ref_addr(rec, ev);
		event_ref_rw(rec, ev);
		event_ref_access(rec, ev);
		event_ref_stage(rec, ev);
		event_ref_ipa(rec, ev);
		event_ref_reason(rec, ev);
		break;
	case 0x21:	/* 7.3.18 */
		event_ref_reason(rec, ev);
		break;
	}
}

static void event_ref(const u64 *rec, struct smmu_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->type = event_bits(rec, 7, 0);
	ev->sid = event_bits(rec, 63, 32);
	ev->ssv = event_bits(rec, 11, 11);
	if (ev->ssv)
		ev->ssid = event_bits(rec, 31, 12);
	event_ref_body(rec, ev);
}

/* Random bits under every event number, known or not */
static void event_decode_random(struct kunit *test)
{
	u64 seed = get_random_u64();
	struct smmu_event want, got;
	u64 rec[SMMU_EVENT_WORDS];
	struct rnd_state rnd;
	int type, round;

	kunit_info(test, "seed %#llx\n", seed);
	prandom_seed_state(&rnd, seed);
	for (round = 0; round < EVENT_ROUNDS; round++) {
		for (type = 0; type < 256; type++) {
			prandom_bytes_state(&rnd, rec, sizeof(rec));
			rec[0] = (rec[0] & ~0xffULL) | type;
			event_ref(rec, &want);
			memset(&got, 0xa5, sizeof(got));
			smmu_event_decode(rec, &got);
			KUNIT_ASSERT_MEMEQ_MSG(test, &got, &want, sizeof(got), "event %#x", type);
		}
	}
}

/* One bit at a time, so that no field can hide behind another */
static void event_decode_single_bits(struct kunit *test)
{
	struct smmu_event want, got;
	int type, bit;

	for (type = 0; type < 256; type++) {
		for (bit = 8; bit < 256; bit++) {
			u64 rec[SMMU_EVENT_WORDS] = { type };

			rec[bit / 64] |= 1ULL << (bit % 64);
			event_ref(rec, &want);
			smmu_event_decode(rec, &got);
			KUNIT_ASSERT_MEMEQ_MSG(test, &got, &want, sizeof(got),
					       "event %#x, bit %d", type, bit);
		}
	}
}

struct event_case {
	const char *name;
	struct smmu_event ev;
	const char *line[3];	/* in pieces */
};

static void event_line(const struct event_case *c, char *line)
{
	int i;

	*line = '\0';
	for (i = 0; i < ARRAY_SIZE(c->line) && c->line[i]; i++)
		strlcat(line, c->line[i], SMMU_EVENT_TEXT_BYTES);
}

/* What a transaction fault carries */
#define FAULT(_type)	.type = (_type), .sid = 0x10, .addr = 0x40001000, .has_addr = true,	\
			.has_rw = true, .has_access = true, .has_stage = true, .has_class = true

static const struct event_case event_cases[] = {
	{ "F_UUT", { .type = 0x01, .sid = 0x10, .addr = 0x1000, .has_addr = true,
		     .has_rw = true, .has_access = true, .has_reason = true, .reason = 0x7 },
	  { "StreamID 0x10: write of 0x1000 refused (unprivileged data): ",
	    "the SMMU does not support this type of transaction, reason 0x7 (F_UUT)" } },
	{ "C_BAD_STREAMID", { .type = 0x02, .sid = 0xffffffff },
	  { "StreamID 0xffffffff: transaction refused: ",
	    "the stream table has no such StreamID; is it in the device tree? (C_BAD_STREAMID)" } },
	{ "F_STE_FETCH", { .type = 0x03, .sid = 0x10, .has_fetch = true,
			   .fetch_addr = 0x80000400, .has_reason = true },
	  { "StreamID 0x10: transaction refused: ",
	    "the stream table entry cannot be read from memory at 0x80000400 (F_STE_FETCH)" } },
	{ "C_BAD_STE", { .type = 0x04, .sid = 0x10 },
	  { "StreamID 0x10: transaction refused: the stream table entry is invalid (C_BAD_STE)" } },
	{ "F_BAD_ATS_TREQ", { .type = 0x05, .sid = 0x10, .has_addr = true, .addr = 0x5000 },
	  { "StreamID 0x10: ATS translation request of 0x5000 refused: ",
	    "ATS is not enabled for this stream (F_BAD_ATS_TREQ)" } },
	{ "F_STREAM_DISABLED", { .type = 0x06, .sid = 0x10 },
	  { "StreamID 0x10: transaction refused: the stream needs a SubstreamID and there was ",
	    "none, or it was 0 (F_STREAM_DISABLED)" } },
	{ "F_TRANSL_FORBIDDEN", { .type = 0x07, .sid = 0x10, .has_addr = true, .addr = 0x5000,
				  .has_rw = true, .read = true },
	  { "StreamID 0x10: read of 0x5000 refused: the address is marked as translated by ATS, ",
	    "which is not allowed here (F_TRANSL_FORBIDDEN)" } },
	{ "C_BAD_SUBSTREAMID", { .type = 0x08, .sid = 0x10, .ssv = true, .ssid = 3 },
	  { "StreamID 0x10 SubstreamID 0x3: transaction refused: ",
	    "the stream has no such SubstreamID (C_BAD_SUBSTREAMID)" } },
	{ "F_CD_FETCH", { .type = 0x09, .sid = 0x10, .has_fetch = true, .fetch_addr = 0x80000440,
			  .has_reason = true, .gpc = true },
	  { "StreamID 0x10: transaction refused: the context descriptor cannot be read from ",
	    "memory at 0x80000440, refused by the granule protection check (F_CD_FETCH)" } },
	{ "C_BAD_CD", { .type = 0x0a, .sid = 0x10 },
	  { "StreamID 0x10: transaction refused: the context descriptor is invalid (C_BAD_CD)" } },
	{ "F_WALK_EABT", { FAULT(0x0b), .class = 1, .has_fetch = true, .fetch_addr = 0x90000008,
			   .has_reason = true, .reason = 0x12 },
	  { "StreamID 0x10: write of 0x40001000 refused (stage 1, unprivileged data, walking a ",
	    "page table): the page table cannot be read from memory at 0x90000008, reason 0x12 ",
	    "(F_WALK_EABT)" } },
	{ "F_TRANSLATION", { FAULT(0x10), .class = 2, .read = true },
	  { "StreamID 0x10: read of 0x40001000 refused (stage 1, unprivileged data): ",
	    "address is not mapped (F_TRANSLATION)" } },
	{ "F_TRANSLATION with SubstreamID", { FAULT(0x10), .class = 2, .ssv = true, .ssid = 0x42 },
	  { "StreamID 0x10 SubstreamID 0x42: write of 0x40001000 refused (stage 1, unprivileged ",
	    "data): address is not mapped (F_TRANSLATION)" } },
	{ "F_TRANSLATION on fetching the CD",
	  { FAULT(0x10), .class = 0, .read = true, .s2 = true, .has_ipa = true, .ipa = 0x7000 },
	  { "StreamID 0x10: read of 0x40001000 refused (stage 2, unprivileged data, fetching a ",
	    "context descriptor, IPA 0x7000): address is not mapped (F_TRANSLATION)" } },
	{ "F_TRANSLATION, stalled", { FAULT(0x10), .class = 2, .stall = true, .stag = 0x1f },
	  { "StreamID 0x10: write of 0x40001000 stalled (stage 1, unprivileged data): ",
	    "address is not mapped, stall tag 0x1f (F_TRANSLATION)" } },
	{ "F_ADDR_SIZE", { FAULT(0x11), .class = 2, .priv = true },
	  { "StreamID 0x10: write of 0x40001000 refused (stage 1, privileged data): ",
	    "address is mapped to, or is, one too wide for the SMMU (F_ADDR_SIZE)" } },
	{ "F_ACCESS", { FAULT(0x12), .class = 2, .read = true, .inst = true },
	  { "StreamID 0x10: read of 0x40001000 refused (stage 1, unprivileged instruction): ",
	    "the mapping has no access flag (F_ACCESS)" } },
	{ "F_PERMISSION", { FAULT(0x13), .class = 2, .s2 = true, .has_ipa = true, .ipa = 0x9000 },
	  { "StreamID 0x10: write of 0x40001000 refused (stage 2, unprivileged data, IPA 0x9000): ",
	    "the mapping does not permit it (F_PERMISSION)" } },
	{ "F_TLB_CONFLICT", { .type = 0x20, .sid = 0x10, .has_addr = true, .addr = 0x1000,
			      .has_rw = true, .has_access = true, .has_stage = true,
			      .has_reason = true },
	  { "StreamID 0x10: write of 0x1000 refused (stage 1, unprivileged data): ",
	    "the TLB holds several translations of the address (F_TLB_CONFLICT)" } },
	{ "F_CFG_CONFLICT", { .type = 0x21, .sid = 0x10, .has_reason = true, .reason = 1 },
	  { "StreamID 0x10: transaction refused: ",
	    "the SMMU holds several configurations of the stream, reason 0x1 (F_CFG_CONFLICT)" } },
	{ "E_PAGE_REQUEST", { .type = 0x24, .sid = 0x10, .has_addr = true, .addr = 0x5000 },
	  { "StreamID 0x10: page request of 0x5000: the device expects to need this memory soon; ",
	    "nothing was refused (E_PAGE_REQUEST)" } },
	{ "F_VMS_FETCH", { .type = 0x25, .sid = 0x10, .has_fetch = true, .fetch_addr = 0x80001000,
			   .has_reason = true },
	  { "StreamID 0x10: transaction refused: the virtual machine structure cannot be read ",
	    "from memory at 0x80001000 (F_VMS_FETCH)" } },
	{ "IMPDEF_EVENT", { .type = 0xe3, .sid = 0x10 },
	  { "StreamID 0x10: implementation-defined event: see the manual of this SMMU (0xe3)" } },
	{ "unknown event", { .type = 0x55, .sid = 0x10 },
	  { "StreamID 0x10: unknown event: the driver does not know this event number (0x55)" } },
};

KUNIT_ARRAY_PARAM_DESC(event, event_cases, name);

static void event_describe(struct kunit *test)
{
	const struct event_case *c = test->param_value;
	char line[SMMU_EVENT_TEXT_BYTES];
	char want[SMMU_EVENT_TEXT_BYTES];
	int n = smmu_event_describe(&c->ev, line, sizeof(line));

	event_line(c, want);
	KUNIT_EXPECT_STREQ(test, line, want);
	KUNIT_EXPECT_EQ(test, n, (int)strlen(line));
}

/* Cut off anywhere, the line is a part of the whole one and ends in a NUL */
static void event_describe_cut(struct kunit *test)
{
	const struct event_case *c = test->param_value;
	char line[SMMU_EVENT_TEXT_BYTES];
	char whole[SMMU_EVENT_TEXT_BYTES];
	size_t len;

	event_line(c, whole);
	for (len = 1; len < sizeof(line); len++) {
		size_t want = min(len - 1, strlen(whole));

		memset(line, 0x5a, sizeof(line));
		KUNIT_ASSERT_EQ(test, smmu_event_describe(&c->ev, line, len), (int)want);
		KUNIT_ASSERT_EQ(test, memcmp(line, whole, want), 0);
		KUNIT_ASSERT_EQ(test, line[want], '\0');
		KUNIT_ASSERT_EQ(test, line[len], 0x5a);
	}
}

/* With every bit set the line still fits, whatever the event */
static void event_describe_longest(struct kunit *test)
{
	static const u64 classes[] = { 0, 1, 2, 3 };
	char line[2 * SMMU_EVENT_TEXT_BYTES];
	struct smmu_event ev;
	int type, i, n;

	for (type = 0; type < 256; type++) {
		for (i = 0; i < ARRAY_SIZE(classes); i++) {
			u64 rec[SMMU_EVENT_WORDS] = { ~0ULL, ~0ULL, ~0ULL, ~0ULL };

			rec[0] = (rec[0] & ~0xffULL) | type;
			rec[1] = (rec[1] & ~(3ULL << 40)) | classes[i] << 40;
			smmu_event_decode(rec, &ev);
			n = smmu_event_describe(&ev, line, sizeof(line));
			KUNIT_EXPECT_LT_MSG(test, n, SMMU_EVENT_TEXT_BYTES, "%s", line);
			KUNIT_EXPECT_EQ_MSG(test, line[n - 1], ')', "%s", line);
		}
	}
}

/* 7.3: every number has the name the architecture gives it */
static const struct {
	u8 type;
	const char *name;
} event_names[] = {
	{ 0x01, "F_UUT" }, { 0x02, "C_BAD_STREAMID" }, { 0x03, "F_STE_FETCH" },
	{ 0x04, "C_BAD_STE" }, { 0x05, "F_BAD_ATS_TREQ" }, { 0x06, "F_STREAM_DISABLED" },
	{ 0x07, "F_TRANSL_FORBIDDEN" }, { 0x08, "C_BAD_SUBSTREAMID" }, { 0x09, "F_CD_FETCH" },
	{ 0x0a, "C_BAD_CD" }, { 0x0b, "F_WALK_EABT" }, { 0x10, "F_TRANSLATION" },
	{ 0x11, "F_ADDR_SIZE" }, { 0x12, "F_ACCESS" }, { 0x13, "F_PERMISSION" },
	{ 0x20, "F_TLB_CONFLICT" }, { 0x21, "F_CFG_CONFLICT" }, { 0x24, "E_PAGE_REQUEST" },
	{ 0x25, "F_VMS_FETCH" },
};

static const char *event_name_ref(int type)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(event_names); i++)
		if (event_names[i].type == type)
			return event_names[i].name;
	return NULL;
}

/* The line ends in the name, or in the number where there is none. */
static void event_every_number_has_its_name(struct kunit *test)
{
	char line[SMMU_EVENT_TEXT_BYTES], want[32];
	struct smmu_event ev = { };
	const char *name;
	int type, n;

	for (type = 0; type < 256; type++) {
		ev.type = type;
		name = event_name_ref(type);
		if (name)
			scnprintf(want, sizeof(want), " (%s)", name);
		else
			scnprintf(want, sizeof(want), " (%#x)", type);
		n = smmu_event_describe(&ev, line, sizeof(line));
		KUNIT_ASSERT_GT(test, n, (int)strlen(want));
		KUNIT_EXPECT_STREQ(test, line + n - strlen(want), want);
	}
}

static struct kunit_case event_test_cases[] = {
	KUNIT_CASE(event_decode_random),
	KUNIT_CASE(event_decode_single_bits),
	KUNIT_CASE_PARAM(event_describe, event_gen_params),
	KUNIT_CASE_PARAM(event_describe_cut, event_gen_params),
	KUNIT_CASE(event_describe_longest),
	KUNIT_CASE(event_every_number_has_its_name),
	{}
};

static struct kunit_suite event_test_suite = {
	.name = "smmu-event",
	.test_cases = event_test_cases,
};

kunit_test_suite(event_test_suite);
