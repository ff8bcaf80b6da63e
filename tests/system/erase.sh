#!/bin/bash
# What a person said of themselves is erased: drafted, approved, published, hidden at once at every node, and after its
# delay in no file of any of them; the log still verifies, and nothing that is old brings it back.
set -eu
# shellcheck source=tests/system/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

holds() { node "$@" >"$dir/out" 2>"$dir/err"; }
refuses() { # WORDS NODE COMMAND...: exits 1 and says so
    local words=$1 status=0
    shift
    node "$@" >"$dir/out" 2>"$dir/err" || status=$?
    [ "$status" -eq 1 ] && grep -qF -- "$words" "$dir/err"
}
says() { grep -qF -- "$1" "$dir/out"; }
value() { node "$1" contact show "$2" --json "${@:4}" | jq -r "$3"; }
is() { [ "$(value "$1" "$2" "$3")" = "$4" ]; }

federation fr ke observer

quietly fr contact add --kind technical --holder person --name en='Anna Exampleova' --organisation en='Example Desk' \
    --email anna.exampleova@example.org --phone '+33 1 98 76 54 32,voice' --public organisation
quietly fr contact add --kind diplomatic --organisation en='Example Ministry' --email ministry@example.org
quietly fr publish
desk=$(node fr contact list --kind technical --json | jq -r '.contacts[0].id')
ministry=$(node fr contact list --kind diplomatic --json | jq -r '.contacts[0].id')
check 'both are found from another State' within 20 finds ke exampleova
quietly fr contact edit "$desk" --name en='Badri Samplevich' --email badri.samplevich@example.org
quietly fr publish
check 'the person is replaced' within 20 finds ke samplevich

# ---- the draft ----
check 'what is in force is not erased by a slip' refuses 'is in force, or announced: --former erases' fr contact erase "$desk"
first=$(node fr contact history "$desk" --json | jq '.contacts[1].index')
second=$(node fr contact history "$desk" --json | jq '.contacts[0].index')
check 'nor by its number' refuses "entry $second is what the contact says now" fr contact erase "$desk" --entries "$second"
check "nor another's entry" refuses 'is none of this contact' fr contact erase "$ministry" --entries "$first"
check 'what is not published is not there to be erased' refuses 'nothing to erase' fr contact erase "$ministry" --former
check 'what a former entry said is drafted to be erased' holds fr contact erase "$desk" --former
check 'diff says so' holds fr diff
check 'in plain words' says "what 1 entry of ${desk:0:16} said is erased"
check 'and that it cannot be taken back' says 'once it is published, it cannot be taken back'
check 'and counts it' says '1 erasure'
quietly fr discard --all
check 'until then it is discarded like any draft' bash -c "[ '$(node fr diff --json | jq '.changes | length')' = 0 ]"

finish
