#!/bin/sh
# refuse_serialized_products.sh COMPILER...: compiles, and fails where ptxas says that it lets the products
# of wgmma wait for each other or that it moves no registers between warpgroups (its notes C7508 to C7519),
# which it does without a warning.
log=$("$@" 2>&1)
code=$?
if [ -n "$log" ]; then echo "$log"; fi
if echo "$log" | grep -q '(C75[01][0-9])'; then exit 1; fi
exit $code
