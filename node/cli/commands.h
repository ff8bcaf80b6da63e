/* The functions behind the table of commands in main.c: one file of its own for each, or for a family. */
#ifndef NODE_CLI_COMMANDS_H
#define NODE_CLI_COMMANDS_H

#include "node/cli/cli.h"

typedef int cli_run(struct cli *cli, int argc, char **argv);

cli_run cmd_approve;
cli_run cmd_authority_propose;
cli_run cmd_authority_show;
cli_run cmd_authority_sign;
cli_run cmd_authority_submit;
cli_run cmd_backup;
cli_run cmd_bundle_export;
cli_run cmd_bundle_import;
cli_run cmd_contact_add;
cli_run cmd_contact_apply;
cli_run cmd_contact_dump;
cli_run cmd_contact_edit;
cli_run cmd_contact_erase;
cli_run cmd_contact_erasures;
cli_run cmd_contact_history;
cli_run cmd_contact_list;
cli_run cmd_contact_search;
cli_run cmd_contact_show;
cli_run cmd_contact_withdraw;
cli_run cmd_diff;
cli_run cmd_discard;
cli_run cmd_export;
cli_run cmd_doctor;
cli_run cmd_limits;
cli_run cmd_import;
cli_run cmd_init;
cli_run cmd_invite;
cli_run cmd_key_card;
cli_run cmd_key_new;
cli_run cmd_key_passphrase;
cli_run cmd_key_restore;
cli_run cmd_key_sheet;
cli_run cmd_log_export;
cli_run cmd_log_keys;
cli_run cmd_log_list;
cli_run cmd_log_show;
cli_run cmd_log_verify;
cli_run cmd_observer_accredit;
cli_run cmd_observer_list;
cli_run cmd_peer_add;
cli_run cmd_peer_list;
cli_run cmd_peer_remove;
cli_run cmd_publish;
cli_run cmd_receipt;
cli_run cmd_restore;
cli_run cmd_status;
cli_run cmd_summary;
cli_run cmd_trust_add;
cli_run cmd_trust_confirm;
cli_run cmd_trust_endorse;
cli_run cmd_trust_fingerprint;
cli_run cmd_trust_hold;
cli_run cmd_trust_list;
cli_run cmd_trust_remove;
cli_run cmd_trust_succeed;
cli_run cmd_verify;
cli_run cmd_web;

#endif
