#include "proto/proved.h"

void proved_write(struct writer *w, const struct proved *p) {
    proof_write(w, &p->consistency);
    writer_bin(w, BYTES(p->leaf.b));
    proof_write(w, &p->inclusion);
}

void proved_read(struct reader *r, struct proved *ret) {
    proof_read(r, &ret->consistency);
    reader_fixed(r, ret->leaf.b, DIGEST_LEN);
    proof_read(r, &ret->inclusion);
}

enum err proved_begins(const struct proved *p, uint64_t at, const struct digest *root_at, uint64_t size,
                       const struct digest *root) {
    return merkle_check_consistency(at, size, root_at, root, &p->consistency);
}

enum err proved_stands(const struct proved *p, uint64_t index, uint64_t size, const struct digest *root) {
    return merkle_check_inclusion(index, size, &p->leaf, &p->inclusion, root);
}
