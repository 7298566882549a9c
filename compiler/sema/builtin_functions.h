#pragma once

#include "compiler/sema/builtin_arguments.h"

/// One C++ function for each function of the language; builtins.def says which is which and what it does.
namespace berth::sema::functions {

Value abs(Arguments args, Context context);
Value all(Arguments args, Context context);
Value any(Arguments args, Context context);
Value awslogs(Arguments args, Context context);
Value base64(Arguments args, Context context);
Value binpack(Arguments args, Context context);
Value ceil(Arguments args, Context context);
Value cidr(Arguments args, Context context);
Value coalesce(Arguments args, Context context);
Value contains(Arguments args, Context context);
Value cron(Arguments args, Context context);
Value decimal_of(Arguments args, Context context);
Value distinct_instance(Arguments args, Context context);
Value ends_with(Arguments args, Context context);
Value every(Arguments args, Context context);
Value file(Arguments args, Context context);
Value firelens(Arguments args, Context context);
Value first(Arguments args, Context context);
Value flatten(Arguments args, Context context);
Value floor(Arguments args, Context context);
Value format(Arguments args, Context context);
Value hash(Arguments args, Context context);
Value image(Arguments args, Context context);
Value index_of(Arguments args, Context context);
Value int_of(Arguments args, Context context);
Value join(Arguments args, Context context);
Value json(Arguments args, Context context);
Value keys(Arguments args, Context context);
Value last(Arguments args, Context context);
Value length(Arguments args, Context context);
Value lookup(Arguments args, Context context);
Value lower(Arguments args, Context context);
Value matches(Arguments args, Context context);
Value max(Arguments args, Context context);
Value member_of(Arguments args, Context context);
Value merge(Arguments args, Context context);
Value min(Arguments args, Context context);
Value mod(Arguments args, Context context);
Value random(Arguments args, Context context);
Value range(Arguments args, Context context);
Value replace(Arguments args, Context context);
Value reveal(Arguments args, Context context);
Value round(Arguments args, Context context);
Value semver(Arguments args, Context context);
Value shell(Arguments args, Context context);
Value slug(Arguments args, Context context);
Value sort(Arguments args, Context context);
Value split(Arguments args, Context context);
Value spread(Arguments args, Context context);
Value starts_with(Arguments args, Context context);
Value string(Arguments args, Context context);
Value sum(Arguments args, Context context);
Value tag(Arguments args, Context context);
Value trim(Arguments args, Context context);
Value unique(Arguments args, Context context);
Value upper(Arguments args, Context context);
Value values(Arguments args, Context context);
Value with_reason(Arguments args, Context context);
Value yaml(Arguments args, Context context);
Value zip(Arguments args, Context context);

}  // namespace berth::sema::functions
