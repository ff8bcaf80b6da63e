/* Invitations (design 5.1): the small bundle that a person carries from one State to another.
 *
 * Of a State it holds the authority notes up to the newest epoch, a checkpoint of that epoch (or none, if it
 * is of the note's own anchor), the node/v1 leaf with its proof and its public part, and the addresses to
 * dial; of an observer its node id and name.  It is canonical msgpack in a text armour that survives e-mail:
 * quoted, indented, with other line ends, and with text around it.
 *
 *     ["comity-invitation/v1", network, origin, [note...], size, root, [[key, signature]...],
 *      index, leaf, public part or nil, [proof node...], node id, name, [address...]]
 *
 * Of an observer origin is "", notes, signatures, leaf and proof are empty, and the sizes 0. */
#ifndef NODE_INVITATION_H
#define NODE_INVITATION_H

#include "node/fingerprint.h"
#include "proto/contact.h"
#include "proto/leaf.h"
#include "proto/package.h"

#define INVITATION_MAX 98304       /* bytes of msgpack */
#define INVITATION_FILE_MAX 262144 /* with the mail around it */
#define INVITATION_ADDRESSES 8
#define INVITATION_ADDRESS_MAX 255

struct invitation {
    char network[NETWORK_MAX + 1];
    char origin[ORIGIN_MAX + 1]; /* "" of an observer */
    struct bytes notes;          /* items, see package_note_next */
    uint32_t note_count;
    struct checkpoint checkpoint; /* without origin, of an observer */
    unsigned signature_count;
    struct checkpoint_signature signature[SIGNATURES_MAX];
    uint64_t index;
    struct bytes leaf;
    struct part part; /* public, or PART_NONE */
    struct proof proof;
    struct pubkey node;
    struct bytes name; /* of an observer; of a State for display only */
    unsigned address_count;
    struct bytes address[INVITATION_ADDRESSES];
};

/* What a good invitation says; views live as long as its bytes. */
struct invited {
    struct authority authority; /* of a State: its newest note */
    struct leaf leaf;           /* node/v1 */
    struct digest
        fingerprint; /* of a State: SHA-256 of its first note; of an observer: of its node id and name */
};

/* Read and write the msgpack. */
enum err invitation_read(struct bytes data, struct invitation *ret) MUST_CHECK;
enum err invitation_write(const struct invitation *invitation, const struct package_note *note,
                          uint32_t note_count, uint8_t *buffer, size_t max, struct bytes *ret) MUST_CHECK;

/* Verify everything it says, by the code of the gate: the first note opens the origin, the others go on from
 * it, an operator key of the last has signed the checkpoint or the note itself anchors it, the leaf stands in
 * its tree, and says this node.  ERR_NETWORK unless it is of this network.
 */
enum err invitation_verify(const struct invitation *invitation, const char *network,
                           struct invited *ret) MUST_CHECK;

/* Whether a note is among those of a verified invitation. */
bool invitation_names(const struct invitation *invitation, const struct digest *note);

#endif
