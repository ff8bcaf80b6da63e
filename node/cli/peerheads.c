#include "node/cli/peerheads.h"

#include <string.h>

bool peerheads_ask(struct cli *cli, uint64_t size, struct peerheads *ret) {
    json_t *status = cli_get(cli, "/api/v1/status", NULL), *peer;
    size_t i;

    *ret = (struct peerheads){.running = json_is_true(json_object_get(status, "running"))};
    json_array_foreach(json_object_get(status, "peers"), i, peer) {
        const char *class = json_string_value(json_object_get(peer, "class"));
        const json_t *own = json_object_get(peer, "own");
        uint64_t held = (uint64_t)json_integer_value(json_object_get(own, "size"));
        ret->configured = true;
        if (class && !strcmp(class, "member") && json_is_true(json_object_get(own, "agrees")) &&
            held <= size && held > ret->size)
            ret->size = held;
    }
    json_decref(status);
    return status;
}

/* ---- the chain ---- */

static enum err get64(const json_t *value, uint8_t *ret, size_t want) {
    const char *text = json_string_value(value);
    size_t len = 0;
    enum err err = text ? base64_get(ret, want, &len, bytes_str(text)) : ERR_SCHEMA;

    return err ? err : len == want ? ERR_OK : ERR_SIZE;
}

static enum err read_note(const json_t *object, struct package_note *ret) {
    const char *text = json_string_value(json_object_get(object, "text"));
    json_t *signature, *node;
    enum err err = text ? ERR_OK : ERR_SCHEMA;
    size_t i;

    *ret = (struct package_note){.text = bytes_str(text ? text : "")};
    json_array_foreach(json_object_get(object, "signatures"), i, signature) {
        struct authority_signature *s = &ret->signature[ret->count];
        if (ret->count == sizeof(ret->signature) / sizeof(ret->signature[0]))
            return ERR_ITEMS;
        if (!err)
            err = get64(json_object_get(signature, "key"), s->key.b, KEY_LEN);
        if (!err)
            err = get64(json_object_get(signature, "signature"), s->signature.b, SIGNATURE_LEN);
        ret->count++;
    }
    json_array_foreach(json_object_get(object, "proof"), i, node) {
        if (ret->proof.count == PROOF_MAX)
            return ERR_ITEMS;
        if (!err)
            err = get64(node, ret->proof.node[ret->proof.count++].b, DIGEST_LEN);
    }
    return err;
}

bool peerheads_chain(struct cli *cli, const char *origin, struct proposal *ret) {
    char path[ORIGIN_MAX + 40];
    struct package_note note;
    json_t *object;
    size_t i;

    snprintf(path, sizeof(path), "/api/v1/logs/%s/notes", origin);
    json_t *answer = cli_get(cli, path, NULL);
    enum err err = ERR_OK;
    json_array_foreach(json_is_array(answer) ? answer : json_object_get(answer, "notes"), i, object) {
        if (!err)
            err = read_note(object, &note);
        if (!err)
            err = proposal_append(ret, &note);
    }
    if (answer && !err && !ret->count)
        err = ERR_MISSING;
    if (err)
        cli->status = cli_err(cli, err, "the node's answer", "");
    json_decref(answer);
    return answer && !err;
}
