/* A store whose file is damaged: it is mapped into memory, so pages that are missing or lead astray end the
 * process with a signal instead of an error.  Say so first. */
#ifndef NODE_MISREAD_H
#define NODE_MISREAD_H

/* Catch SIGBUS and SIGSEGV once, unless somebody else does: name the store's file and what to do on standard
 * error, and let the signal end the process. */
void misread_catch(const char *program);

#endif
