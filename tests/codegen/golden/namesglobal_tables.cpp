// Written by cambium-codegen from namesglobal.fbs. Change the schema, not this file.
// clang-format off
#include "namesglobal_tables.hpp"
