// What cambium-codegen --help prints.
#pragma once

#include <string_view>

namespace cambium::codegen {

inline constexpr std::string_view kHelp = R"help(
Usage: cambium-codegen FILE.fbs [-I FOLDER]... -o FOLDER [--depfile FILE]

Writes the C++ tables that a FlatBuffers schema declares. For shop.fbs, into the output folder:

  shop_tables.hpp      plain structs, enums, and a table for each cambium_table
  shop_tables.cpp      packing and unpacking to FlatBuffers; compile it once into your program
  shop_fb/shop_fb.fbs  the same schema in namespace fb, for flatc:
                         flatc --cpp --scoped-enums -o FOLDER FOLDER/shop_fb/shop_fb.fbs
                       writes the shop_fb_generated.h that shop_tables.cpp includes

In CMake, cambium_generate_tables(TARGET app SCHEMAS shop.fbs) does both.

Options:
  -o FOLDER       output folder, created when missing
  -I FOLDER       look for included schemas here too; may be repeated
  --depfile FILE  write the schema files that were read, as a rule for make
  --help          this text
  --version       the version

Attributes, each declared in the schema with attribute "name";
  on a table
    cambium_table: "customers"                 store it as a table of this name
    cambium_codec: "cbor"                      flatbuffers (default), cbor, json or raw
    cambium_key: "section, name"               the primary key, when it has several fields
    cambium_unique: "email(email); ..."        unique indexes: name(fields)
    cambium_index: "city_joined(city, joined)" ordered indexes: name(fields)
  on a field
    cambium_key                                the primary key
    cambium_unique, cambium_index              an index on this field alone, named after it;
                                               cambium_index: "other_name" names it otherwise
    cambium_type: "timestamp"                  a long of nanoseconds since 1970 is a cambium::Timestamp
    cambium_type: "uuid" or "fixed 20"         a [ubyte] is a cambium::Uuid or a cambium::FixedBytes<20>
    cambium_absent: "null" or "default"        overrides what an absent field reads as, see below
  on a struct of one field, [ubyte:N]
    cambium_type: "uuid" or "fixed"            every field of this struct is a Uuid or a FixedBytes<N>

A table without cambium_table becomes a plain struct to nest in others.

Optional fields:
  scalars and enums    std::optional when the schema says "= null", otherwise the default
  strings, structs, nested tables, uuid and fixed bytes
                       std::optional unless (required); cambium_absent: "default" makes one plain
  lists                std::vector, empty when absent; cambium_absent: "null" makes one optional

Exit codes: 0 written; 1 the schema has errors, on standard error as "file:line: sentence" or "file: sentence";
2 wrong command line; 3 a file cannot be read or written. Nothing is written unless the whole schema is right.
)help";

}  // namespace cambium::codegen
