/* What address books know about people and a directory of offices does not keep: photographs, birth dates,
 * home addresses, families. */
#ifndef NODE_PERSONAL_H
#define NODE_PERSONAL_H

/* What a column of this name tells: "birth date"; NULL if it is none of these. */
const char *personal_column(const char *name);

#endif
