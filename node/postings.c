#include "node/postings.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_FIRST 256
#define TEXT_FIRST 4096
#define SLOTS_FIRST 2

static uint8_t hash_key[crypto_shorthash_KEYBYTES];
static pthread_once_t hash_once = PTHREAD_ONCE_INIT;

static void hash_key_make(void) {
    randombytes_buf(hash_key, sizeof hash_key);
}

/* Keyed: the tokens come from States, and must not be chosen to meet in one bucket. */
static size_t hash_of(struct bytes token) {
    uint8_t hash[crypto_shorthash_BYTES];

    pthread_once(&hash_once, hash_key_make);
    crypto_shorthash(hash, token.ptr, token.len, hash_key);
    return (size_t)be64_get(hash);
}

static struct bytes token_at(const struct postings *l, uint32_t token) {
    size_t end = token + 1 < l->count ? l->offset[token + 1] : l->len;
    return (struct bytes){(const uint8_t *)l->text + l->offset[token], end - l->offset[token] - 1};
}

/* The bucket that a token is in, or the free one where it would be; the table is never full. */
static size_t bucket_of(const struct postings *l, struct bytes token) {
    size_t at = hash_of(token) & (l->bucket_count - 1);

    while (l->bucket[at] != 0 && !bytes_eq(token_at(l, l->bucket[at] - 1), token))
        at = (at + 1) & (l->bucket_count - 1);
    return at;
}

static bool buckets_grow(struct postings *l) {
    size_t count = l->bucket_count == 0 ? 2 * TOKENS_FIRST : 2 * l->bucket_count;
    uint32_t *bucket = calloc(count, sizeof *bucket);

    if (bucket == NULL)
        return false;
    free(l->bucket);
    l->bucket = bucket;
    l->bucket_count = count;
    for (uint32_t i = 0; i < l->count; i++)
        l->bucket[bucket_of(l, token_at(l, i))] = i + 1;
    return true;
}

static bool tokens_grow(struct postings *l) {
    uint32_t room = l->token_room == 0 ? TOKENS_FIRST : 2 * l->token_room;
    uint32_t *offset = reallocarray(l->offset, room, sizeof *offset);
    if (offset != NULL)
        l->offset = offset;
    struct postings_list *posting = reallocarray(l->posting, room, sizeof *posting);
    if (posting != NULL)
        l->posting = posting;
    if (offset == NULL || posting == NULL)
        return false;
    l->token_room = room;
    return true;
}

static bool text_grow(struct postings *l, size_t more) {
    size_t room = l->room == 0 ? TEXT_FIRST : l->room;

    while (room < l->len + more)
        room *= 2;
    char *text = room <= UINT32_MAX ? realloc(l->text, room) : NULL;
    if (text == NULL)
        return false;
    l->text = text;
    l->room = room;
    return true;
}

static bool token_make(struct postings *l, struct bytes token) {
    if ((l->count == l->token_room && !tokens_grow(l)) ||
        (l->len + token.len + 2 > l->room && !text_grow(l, token.len + 2)) ||
        (2 * (size_t)l->count >= l->bucket_count && !buckets_grow(l)) ||
        !trigrams_add(&l->trigrams, l->count, token))
        return false;
    size_t bucket = bucket_of(l, token);
    memcpy(l->text + l->len, token.ptr, token.len);
    l->offset[l->count] = (uint32_t)l->len;
    l->posting[l->count] = (struct postings_list){0, 0, NULL};
    l->len += token.len;
    l->text[l->len++] = '\n';
    l->text[l->len] = '\0';
    l->bucket[bucket] = ++l->count;
    l->unused += token.len + 1;
    return true;
}

bool postings_token(struct postings *postings, struct bytes token, uint32_t *ret) {
    uint32_t found = postings->bucket_count > 0 ? postings->bucket[bucket_of(postings, token)] : 0;

    if (found == 0 && !token_make(postings, token))
        return false;
    *ret = found != 0 ? found - 1 : postings->count - 1;
    return true;
}

static bool posting_add(struct postings_list *p, uint32_t slot) {
    if (p->count > 0 && p->slot[p->count - 1] == slot)
        return true; /* the same word again in one text */
    if (p->count == p->room) {
        uint32_t room = p->room == 0 ? SLOTS_FIRST : 2 * p->room;
        uint32_t *larger = reallocarray(p->slot, room, sizeof *larger);
        if (larger == NULL)
            return false;
        p->slot = larger;
        p->room = room;
    }
    p->slot[p->count++] = slot;
    return true;
}

static bool cut_token(const char **text, struct bytes *ret) {
    *text += strspn(*text, " \n");
    size_t len = strcspn(*text, " \n");
    *ret = (struct bytes){(const uint8_t *)*text, len};
    *text += len;
    return len > 0;
}

bool postings_add(struct postings *postings, uint32_t slot, const char *text) {
    struct bytes token;
    uint32_t found;

    while (cut_token(&text, &token)) {
        if (!postings_token(postings, token, &found))
            return false;
        if (postings->posting[found].count == 0)
            postings->unused -= token.len + 1;
        if (!posting_add(&postings->posting[found], slot))
            return false;
    }
    return true;
}

/* The last ones are the likeliest: a contact that is changed is often changed again. */
static bool posting_remove(struct postings_list *p, uint32_t slot) {
    for (uint32_t i = p->count; i-- > 0;)
        if (p->slot[i] == slot) {
            memmove(&p->slot[i], &p->slot[i + 1], (p->count - i - 1) * sizeof p->slot[0]);
            p->count--;
            return true;
        }
    return false;
}

void postings_remove(struct postings *postings, uint32_t slot, const char *text) {
    struct bytes token;

    while (postings->bucket_count > 0 && cut_token(&text, &token)) {
        uint32_t found = postings->bucket[bucket_of(postings, token)];
        if (found != 0 && posting_remove(&postings->posting[found - 1], slot) &&
            postings->posting[found - 1].count == 0)
            postings->unused += token.len + 1;
    }
}

static void set_bits(const struct postings_list *p, uint64_t *bits) {
    for (uint32_t i = 0; i < p->count; i++)
        bits[p->slot[i] / 64] |= UINT64_C(1) << p->slot[i] % 64;
}

/* Look for a word inside the tokens from one to before another. */
static void find_between(const struct postings *l, uint32_t token, uint32_t end, struct bytes word,
                         uint64_t *bits) {
    const char *at = l->text + l->offset[token], *stop = l->text + (end < l->count ? l->offset[end] : l->len);

    while (token < end && (at = memmem(at, (size_t)(stop - at), word.ptr, word.len)) != NULL) {
        size_t offset = (size_t)(at - l->text);
        while (token + 1 < end && l->offset[token + 1] <= offset)
            token++;
        set_bits(&l->posting[token++], bits);
        if (token < end)
            at = l->text + l->offset[token];
    }
}

void postings_find(const struct postings *postings, const char *word, uint64_t *bits) {
    struct trigrams_word threes;
    uint32_t block = 0, blocks = (postings->count + TRIGRAMS_BLOCK - 1) / TRIGRAMS_BLOCK;

    trigrams_word(bytes_str(word), &threes);
    while (block < blocks) {
        uint32_t first = block;
        while (block < blocks && trigrams_may(&postings->trigrams, block, &threes))
            block++;
        uint32_t end = block * TRIGRAMS_BLOCK;
        if (block > first)
            find_between(postings, first * TRIGRAMS_BLOCK, end < postings->count ? end : postings->count,
                         bytes_str(word), bits);
        block++;
    }
}

void postings_exact(const struct postings *postings, const char *token, uint64_t *bits) {
    uint32_t found = postings->bucket_count > 0 ? postings->bucket[bucket_of(postings, bytes_str(token))] : 0;

    if (found != 0)
        set_bits(&postings->posting[found - 1], bits);
}

void postings_clear(struct postings *postings) {
    for (uint32_t i = 0; i < postings->count; i++)
        free(postings->posting[i].slot);
    free(postings->posting);
    free(postings->offset);
    free(postings->bucket);
    free(postings->text);
    trigrams_clear(&postings->trigrams);
    *postings = (struct postings){0};
}
