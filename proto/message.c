#include "proto/message.h"

#include <string.h>

/* ---- sums ---- */

static void sum_write(struct writer *w, const struct headsum *sum) {
    uint8_t bytes[HEADSUM_LEN];
    headsum_put(sum, bytes);
    writer_bin(w, BYTES(bytes));
    writer_uint(w, sum->count);
}

static struct headsum sum_read(struct reader *r) {
    uint8_t bytes[HEADSUM_LEN];
    struct headsum sum;
    reader_fixed(r, bytes, sizeof bytes);
    headsum_get(&sum, reader_uint(r, UINT32_MAX), bytes);
    return sum;
}

/* Walk over count heads, and view them. */
static struct bytes heads_view(struct reader *r, unsigned count) {
    const uint8_t *from = r->at;
    struct head head;
    for (unsigned i = 0; i < count && !r->err; i++)
        if (!head_next(r, &head))
            reader_fail(r, ERR_MESSAGE);
    return (struct bytes){from, r->err ? 0 : (size_t)(r->at - from)};
}

bool message_group_next(struct reader *r, struct radix_group *ret) {
    if (r->err || r->at == r->end)
        return false;
    uint32_t items = reader_array(r, 1 + RADIX_HEADS);
    ret->deeper = reader_bool(r);
    ret->head_count = ret->deeper || !items ? 0 : items - 1;
    if (!items || (ret->deeper && items != 1 + 2 * 16))
        reader_fail(r, ERR_MESSAGE);
    for (unsigned i = 0; ret->deeper && i < 16; i++)
        ret->child[i] = sum_read(r);
    ret->heads = heads_view(r, ret->head_count);
    return !r->err;
}

void message_group_write(struct writer *w, const struct radix_group *group) {
    writer_array(w, group->deeper ? 1 + 2 * 16 : 1 + group->head_count);
    writer_bool(w, group->deeper);
    for (unsigned i = 0; group->deeper && i < 16; i++)
        sum_write(w, &group->child[i]);
    if (!group->deeper)
        writer_raw(w, group->heads);
}

/* ---- reading ---- */

/* Each reads what follows id and kind. */
typedef void body_read(struct reader *r, struct message *m);

static void hello_read(struct reader *r, struct message *m) {
    m->hello.version_count = reader_array(r, sizeof m->hello.version / sizeof *m->hello.version);
    for (unsigned i = 0; i < m->hello.version_count; i++)
        m->hello.version[i] = (unsigned)reader_uint(r, 65535);
    m->hello.network = reader_str(r, NETWORK_MAX);
    m->hello.instance = reader_bin(r, INSTANCE_LEN);
    m->hello.software = reader_str(r, SOFTWARE_MAX);
    m->hello.frame_max = reader_uint(r, UINT32_MAX);
    if (!r->err && (m->hello.instance.len != INSTANCE_LEN || authority_check_network(m->hello.network)))
        reader_fail(r, ERR_MESSAGE);
}

static void changes_read(struct reader *r, struct message *m) {
    reader_fixed(r, m->changes.instance, INSTANCE_LEN);
    m->changes.since = reader_uint(r, INT64_MAX);
    m->changes.wait_s = reader_uint(r, CHANGES_WAIT_MAX_S);
}

static void vector_read(struct reader *r, struct message *m) {
    reader_fixed(r, m->vector.from, LOG_ID_LEN);
}

static void heads_read(struct reader *r, struct message *m) {
    reader_fixed(r, m->heads.instance, INSTANCE_LEN);
    m->heads.next = reader_uint(r, INT64_MAX);
    m->heads.gap = reader_bool(r);
    m->heads.more = reader_bool(r);
    m->heads.sum = sum_read(r);
    m->heads.head_count = reader_array(r, HEADS_MAX);
    m->heads.heads = heads_view(r, m->heads.head_count);
}

static void radix_question_read(struct reader *r, struct message *m) {
    m->radix.count = reader_array(r, RADIX_PREFIXES);
    for (unsigned i = 0; i < m->radix.count && !r->err; i++)
        if (!radix_read(reader_str(r, RADIX_DIGITS_MAX), &m->radix.prefix[i]))
            reader_fail(r, ERR_MESSAGE);
}

static void groups_read(struct reader *r, struct message *m) {
    struct radix_group group;
    reader_fixed(r, m->groups.instance, INSTANCE_LEN);
    m->groups.next = reader_uint(r, INT64_MAX);
    m->groups.sum = sum_read(r);
    m->groups.count = reader_array(r, RADIX_PREFIXES);
    const uint8_t *from = r->at;
    for (unsigned i = 0; i < m->groups.count && !r->err; i++)
        if (!message_group_next(r, &group))
            reader_fail(r, ERR_MESSAGE);
    m->groups.groups = (struct bytes){from, r->err ? 0 : (size_t)(r->at - from)};
}

static void fetch_read(struct reader *r, struct message *m) {
    reader_fixed(r, m->fetch.log, LOG_ID_LEN);
    m->fetch.epoch = reader_uint(r, UINT32_MAX);
    m->fetch.from = reader_uint(r, INT64_MAX);
    m->fetch.target = reader_uint(r, INT64_MAX);
    m->fetch.has_note = !reader_nil(r);
    if (m->fetch.has_note)
        reader_fixed(r, m->fetch.note.b, DIGEST_LEN);
    m->fetch.has_root = !reader_nil(r);
    if (m->fetch.has_root)
        reader_fixed(r, m->fetch.root.b, DIGEST_LEN);
    m->fetch.bytes = reader_uint(r, FETCH_BYTES_MAX);
}

static void fetched_read(struct reader *r, struct message *m) {
    enum err err = package_read(r, &m->package);
    if (err)
        reader_fail(r, err);
}

static void prove_read(struct reader *r, struct message *m) {
    reader_fixed(r, m->prove.log, LOG_ID_LEN);
    m->prove.a = reader_uint(r, INT64_MAX);
    m->prove.target = reader_uint(r, INT64_MAX);
    reader_fixed(r, m->prove.root.b, DIGEST_LEN);
    m->prove.index = reader_uint(r, INT64_MAX);
    if (!r->err && (m->prove.a > m->prove.target || m->prove.index >= m->prove.target))
        reader_fail(r, ERR_RANGE);
}

static void prove_answer_read(struct reader *r, struct message *m) {
    proved_read(r, &m->proved);
}

static void parts_read(struct reader *r, struct message *m) {
    reader_fixed(r, m->parts.log, LOG_ID_LEN);
    m->parts.count = reader_array(r, PARTS_PER_REQUEST);
    for (unsigned i = 0; i < m->parts.count && !r->err; i++) {
        if (reader_array(r, 3) != 3)
            reader_fail(r, ERR_MESSAGE);
        m->parts.want[i].index = reader_uint(r, INT64_MAX);
        m->parts.want[i].class = (enum part_class)reader_uint(r, PART_CLASSES - 1);
        reader_fixed(r, m->parts.want[i].commitment.b, DIGEST_LEN);
    }
}

static void parts_given_read(struct reader *r, struct message *m) {
    m->parts_given.count = reader_array(r, PARTS_PER_REQUEST);
    for (unsigned i = 0; i < m->parts_given.count && !r->err; i++)
        part_read(r, &m->parts_given.part[i]);
}

static void error_read(struct reader *r, struct message *m) {
    m->error.code = (unsigned)reader_uint(r, 255);
    m->error.retry_s = reader_uint(r, RETRY_MAX_S);
    m->error.what = reader_str(r, ERROR_TEXT_MAX);
}

static void call_read(struct reader *r, struct message *m) {
    m->call.name = reader_str(r, 4096);
    m->call.body = reader_bin(r, FRAME_MAX);
}

static void result_read(struct reader *r, struct message *m) {
    m->result.status = reader_uint(r, 65535);
    m->result.body = reader_bin(r, FRAME_MAX);
}

/* ---- writing ---- */

typedef void body_write(struct writer *w, const struct message *m);

static void hello_write(struct writer *w, const struct message *m) {
    writer_array(w, m->hello.version_count);
    for (unsigned i = 0; i < m->hello.version_count; i++)
        writer_uint(w, m->hello.version[i]);
    writer_str(w, m->hello.network);
    writer_bin(w, m->hello.instance);
    writer_str(w, m->hello.software);
    writer_uint(w, m->hello.frame_max);
}

static void changes_write(struct writer *w, const struct message *m) {
    writer_bin(w, BYTES(m->changes.instance));
    writer_uint(w, m->changes.since);
    writer_uint(w, m->changes.wait_s);
}

static void vector_write(struct writer *w, const struct message *m) {
    writer_bin(w, BYTES(m->vector.from));
}

static void heads_write(struct writer *w, const struct message *m) {
    writer_bin(w, BYTES(m->heads.instance));
    writer_uint(w, m->heads.next);
    writer_bool(w, m->heads.gap);
    writer_bool(w, m->heads.more);
    sum_write(w, &m->heads.sum);
    writer_array(w, m->heads.head_count);
    writer_raw(w, m->heads.heads);
}

static void radix_question_write(struct writer *w, const struct message *m) {
    char text[RADIX_DIGITS_MAX + 1];
    writer_array(w, m->radix.count);
    for (unsigned i = 0; i < m->radix.count; i++) {
        radix_write(m->radix.prefix[i], text);
        writer_str(w, bytes_str(text));
    }
}

static void groups_write(struct writer *w, const struct message *m) {
    writer_bin(w, BYTES(m->groups.instance));
    writer_uint(w, m->groups.next);
    sum_write(w, &m->groups.sum);
    writer_array(w, m->groups.count);
    writer_raw(w, m->groups.groups);
}

static void optional_write(struct writer *w, bool has, const struct digest *digest) {
    if (has)
        writer_bin(w, BYTES(digest->b));
    else
        writer_nil(w);
}

static void fetch_write(struct writer *w, const struct message *m) {
    writer_bin(w, BYTES(m->fetch.log));
    writer_uint(w, m->fetch.epoch);
    writer_uint(w, m->fetch.from);
    writer_uint(w, m->fetch.target);
    optional_write(w, m->fetch.has_note, &m->fetch.note);
    optional_write(w, m->fetch.has_root, &m->fetch.root);
    writer_uint(w, m->fetch.bytes);
}

static void prove_write(struct writer *w, const struct message *m) {
    writer_bin(w, BYTES(m->prove.log));
    writer_uint(w, m->prove.a);
    writer_uint(w, m->prove.target);
    writer_bin(w, BYTES(m->prove.root.b));
    writer_uint(w, m->prove.index);
}

static void prove_answer_write(struct writer *w, const struct message *m) {
    proved_write(w, &m->proved);
}

static void parts_write(struct writer *w, const struct message *m) {
    writer_bin(w, BYTES(m->parts.log));
    writer_array(w, m->parts.count);
    for (unsigned i = 0; i < m->parts.count; i++) {
        writer_array(w, 3);
        writer_uint(w, m->parts.want[i].index);
        writer_uint(w, m->parts.want[i].class);
        writer_bin(w, BYTES(m->parts.want[i].commitment.b));
    }
}

static void parts_given_write(struct writer *w, const struct message *m) {
    writer_array(w, m->parts_given.count);
    for (unsigned i = 0; i < m->parts_given.count; i++)
        part_write(w, &m->parts_given.part[i]);
}

static void error_write(struct writer *w, const struct message *m) {
    writer_uint(w, m->error.code);
    writer_uint(w, m->error.retry_s);
    writer_str(w, m->error.what);
}

static void call_write(struct writer *w, const struct message *m) {
    writer_str(w, m->call.name);
    writer_bin(w, m->call.body);
}

static void result_write(struct writer *w, const struct message *m) {
    writer_uint(w, m->result.status);
    writer_bin(w, m->result.body);
}

/* ---- the table ---- */

static const struct form {
    unsigned kind;
    uint32_t items; /* of the message's array, with id and kind */
    size_t bytes_max;
    body_read *read;
    body_write *write; /* NULL: package_begin */
} forms[] = {
    {MESSAGE_HELLO, 7, HELLO_MAX, hello_read, hello_write},
    {MESSAGE_CHANGES, 5, 64, changes_read, changes_write},
    {MESSAGE_CHANGES | MESSAGE_ANSWER, 9, 128 + HEADS_MAX *HEAD_MAX, heads_read, heads_write},
    {MESSAGE_VECTOR, 3, 64, vector_read, vector_write},
    {MESSAGE_VECTOR | MESSAGE_ANSWER, 9, 128 + HEADS_MAX *HEAD_MAX, heads_read, heads_write},
    {MESSAGE_RADIX, 3, 64 + RADIX_PREFIXES *(RADIX_DIGITS_MAX + 1), radix_question_read,
     radix_question_write},
    {MESSAGE_RADIX | MESSAGE_ANSWER, 7, 128 + RADIX_BYTES_MAX, groups_read, groups_write},
    {MESSAGE_FETCH, 9, 192, fetch_read, fetch_write},
    {MESSAGE_FETCH | MESSAGE_ANSWER, 14, FRAME_MAX, fetched_read, NULL},
    {MESSAGE_PROVE, 7, 96, prove_read, prove_write},
    {MESSAGE_PROVE | MESSAGE_ANSWER, 5, PROVED_MAX, prove_answer_read, prove_answer_write},
    {MESSAGE_PARTS, 4, 64 + PARTS_PER_REQUEST * 48, parts_read, parts_write},
    {MESSAGE_PARTS | MESSAGE_ANSWER, 3, FRAME_MAX, parts_given_read, parts_given_write},
    {MESSAGE_ERROR, 5, ERROR_MAX, error_read, error_write},
    {MESSAGE_CALL, 4, FRAME_MAX, call_read, call_write},
    {MESSAGE_CALL | MESSAGE_ANSWER, 4, FRAME_MAX, result_read, result_write},
};

static const struct form *form_of(uint64_t kind) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].kind == kind)
            return &forms[i];
    return NULL;
}

enum err message_decode(struct bytes frame, struct message *ret) {
    struct reader r;
    if (frame.len > FRAME_MAX)
        return ERR_SIZE;
    enum err err = reader_check(frame, MESSAGE_DEPTH, MESSAGE_ITEMS);
    if (err)
        return err;
    reader_init(&r, frame);
    uint32_t items = reader_array(&r, MESSAGE_ITEMS);
    ret->id = reader_uint(&r, INT64_MAX);
    uint64_t kind = reader_uint(&r, UINT64_MAX);
    if (r.err)
        return ERR_MESSAGE;
    const struct form *form = form_of(kind);
    ret->kind = form ? form->kind : MESSAGE_NONE;
    if (!form)
        return ERR_KIND;
    if (items != form->items)
        return ERR_MESSAGE;
    if (frame.len > form->bytes_max)
        return ERR_SIZE;
    if ((ret->id == 0) != (form->kind == MESSAGE_HELLO))
        return ERR_MESSAGE;
    form->read(&r, ret);
    return reader_end(&r);
}

enum err message_encode(const struct message *m, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;
    struct bytes bytes;
    const struct form *form = form_of(m->kind);
    if (!form || !form->write)
        return ERR_KIND;
    writer_init(&w, buffer, max);
    writer_array(&w, form->items);
    writer_uint(&w, m->id);
    writer_uint(&w, m->kind);
    form->write(&w, m);
    enum err err = writer_end(&w, &bytes);
    if (!err && bytes.len > form->bytes_max)
        err = ERR_SIZE;
    if (!err)
        *ret = bytes;
    return err;
}

void message_begin_package(struct writer *w, uint64_t id) {
    writer_array(w, form_of(MESSAGE_FETCH | MESSAGE_ANSWER)->items);
    writer_uint(w, id);
    writer_uint(w, MESSAGE_FETCH | MESSAGE_ANSWER);
}
