// Written by cambium-codegen from shared.fbs. Change the schema, not this file.
// clang-format off
#include "shared_tables.hpp"
