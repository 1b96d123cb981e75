// What cambium-codegen --help prints.
#pragma once

#include <string_view>

namespace cambium::codegen {

inline constexpr std::string_view kHelp = R"help(
Usage: cambium-codegen FILE.fbs [-I FOLDER]... -o FOLDER [--depfile FILE [--depfile-target FILE]]
       cambium-codegen --check OLD.fbs NEW.fbs [-I FOLDER]...
       cambium-codegen --check-database STORE SCHEMA.fbs [-I FOLDER]...
       cambium-codegen --from-database STORE [-o FILE.fbs]

Writes the C++ tables that a FlatBuffers schema declares. For shop.fbs, into the output folder:

  shop_tables.hpp      plain structs, enums, and a table for each cambium_table
  shop_tables.cpp      packing and unpacking to FlatBuffers; compile it once into your program
  shop_fb/shop_fb.fbs  the same schema in namespace fb, for flatc:
                         flatc --cpp --scoped-enums -o FOLDER FOLDER/shop_fb/shop_fb.fbs
                       writes the shop_fb_generated.h that shop_tables.cpp includes

In CMake, cambium_generate_tables(TARGET app SCHEMAS shop.fbs) does both.

--check says what differs between two schemas, one line each: "compatible: ..." when what was stored by the old one is
read by the new one, "incompatible: ..." when not. All of it in one run: of tables names, codecs, keys, fields and
indexes; of buffers, in lines that begin with "buffers:", what flatc --conform objects to, unless it is a field that
the line of a table tells of, and what it lets pass: structs that grow, new (required) fields, another name together
with another default, a member of a union that becomes another, (deprecated) fields that are gone or whose place a new
one has, another file_identifier or root_type. Buffers are what tables in codec flatbuffers store, a root_type that is
no table, bytes with nested_flatbuffer, and all of a schema without tables; what they may do freely, such as a new
field at the end, is told of tables only. Records, enums and unions are compared where a field holds them that is still
read, whatever they are called and in whatever namespace; those of a schema without tables by their names as well.
Tables of included files are tables of either schema. Each schema finds what it includes beside itself first: keep the
old files together.

--check-database says the same of the tables that a store has and those of a schema and what it includes: what the
next opening with all of them would do, or why it would refuse. It looks at no record. The catalog keeps no enumerators
and no limits of logs, and with codecs cbor and json no names of the members of a union. Enumerators and members that
change their numbers are seen only by --check, between the old schema and the new one.

--from-database writes a schema for the tables of a store, to standard output or the file after -o. The catalog keeps
no names of records and enumerators and no comments; those are made up, so compare the schema with --check-database,
not with --check. What a schema cannot say of a default is in a comment at the top. Names of tables, fields and indexes
stay. A table that no schema can declare, because of a name, a type or a function of the program, is left out, and so
are those with foreign keys to it: sentences say why, on standard error and at the top, and the exit code is 1.

Options:
  -o FOLDER       output folder, created when missing
  -I FOLDER       look for included schemas here too; may be repeated
  --depfile FILE  write the schema files that were read, as a rule for make
  --depfile-target FILE
                  what that rule makes, in place of the header: a file that is touched after each run
  --help          this text
  --version       the version
A file that is there with the content that it would get is not written, and keeps its time.

Attributes, each declared in the schema with attribute "name";
  on a table
    cambium_table: "customers"                 store it as a table of this name
    cambium_codec: "cbor"                      flatbuffers (default), cbor, json or raw
    cambium_compression: "zstd"                compress records: zstd, lz4 or zlib; link cambium::zstd, ...
    cambium_key: "section, name"               the primary key, when it has several fields
    cambium_unique: "email(email); ..."        unique indexes: name(columns), see below
    cambium_index: "city_joined(city, joined)" ordered indexes: name(columns)
    cambium_log                                keep a log of changes;
                                               cambium_log: "changes 1000, bytes 65536, seconds 3600" limits it
    cambium_foreign_key: "by(author) to users cascade; ..."
                                               foreign keys: name(columns) to table, then restrict (when nothing is
                                               said), cascade or set_null, and deferred; the table is one of
                                               this file or of one that it includes
    cambium_renamed_from: "clients, guests"    the table was called so, and so
    cambium_dropped: "fax, telex"              the record had these fields; their content goes (cbor, json)
    cambium_schema_version: "3"                a store that C++ code has migrated to this version
  on a field
    cambium_key                                the primary key
    cambium_generated                          insert() makes the key: counted up, or a new UUID
    cambium_expires                            a timestamp: the record is gone from then on
    cambium_unique, cambium_index              an index on this field alone, named after it, with an entry per
                                               element of a list; cambium_index: "other_name" names it otherwise
    cambium_foreign_key: "users cascade"       a foreign key of this field alone, named after it
    cambium_not_null                           an optional field that is never stored as null
    cambium_row_version                        an unsigned integer that counts the changes of a record; none of its key
    cambium_renamed_from: "mail"               the field was called so
    cambium_type: "timestamp"                  a long of nanoseconds since 1970 is a cambium::Timestamp
    cambium_type: "uuid" or "fixed 20"         a [ubyte] is a cambium::Uuid or a cambium::FixedBytes<20>
    cambium_absent: "null" or "default"        overrides what an absent field reads as, see below
  on a struct of one field, [ubyte:N]
    cambium_type: "uuid" or "fixed"            every field of this struct is a Uuid or a FixedBytes<N>

Columns of an index are fields, with words before them:
  each tags              an entry per element of a list
  ignore_case name       without regard to the case of A to Z
  descending joined      the other way round
and after the columns may follow, in any order:
  where is_active        only records for which bool is_active(const Record&) is true; the header declares this
                         function, the program defines it
  covering(title, size)  the entries carry these fields
  version 2              another number builds the index anew, for a predicate that decides otherwise
  without_nulls          no entry for columns with a null among them
as in cambium_index: "by_tag(each tags, descending joined) where is_active covering(title)"

A table without cambium_table becomes a plain struct to nest in others.

What a table stores, its record and all that this one holds, has 1 to 100 fields that are not deprecated and an
alignment of at most 8, and no record of it contains itself. A definition that no table stores may be otherwise: then
the header has no type for it and for what holds it, and says so in a comment. flatc has accessors of it all the same.

Optional fields:
  scalars and enums    std::optional when the schema says "= null", otherwise the default
  strings, structs, nested tables, uuid and fixed bytes
                       std::optional unless (required); cambium_absent: "default" makes one plain
  lists                std::vector, empty when absent; cambium_absent: "null" makes one optional
  unions               std::variant that begins with std::monostate, which it holds when absent. It is no column of a
                       key or an index. In codec flatbuffers a (required) one, and each of a list, must hold something

Exit codes:
  0  done; of a check: compatible, or no difference
  1  a schema has errors, on standard error as "file:line: sentence", all of them in one run: names, types,
     attributes, keys, indexes and the rest, also what the FlatBuffers library finds. Files come in the order in which
     they are included, and the lines of each in its order. A run ends at an error of the syntax, at a file to include
     that is not there, and after 200 lines, with a line that says how many more there are, or that there are. Of a
     large file it ends sooner when what the FlatBuffers library finds is many: that reads all of it anew for each. An
     attribute that is not declared and a type that is not defined are told at their first use, and what only follows
     from an error is not told. Of a second definition of a name is told what that library finds. Of --from-database:
     a table is left out
  2  wrong command line
  3  a file cannot be read or written, or is no store
  4  of a check: incompatible
Except by --from-database nothing is written unless all of it is right, and when one file cannot be written or replaced,
all stay as they were.
)help";

}  // namespace cambium::codegen
