// Names: how a table's name becomes a type's, how a type of the schema is spelt in C++.
// Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

[[nodiscard]] bool is_identifier(std::string_view name);

/// "dependency_edges" becomes DependencyEdges.
[[nodiscard]] std::string pascal_case(std::string_view name);

/// "a::b" of the components a and b.
[[nodiscard]] std::string namespace_name(const std::vector<std::string>& components);

/// The name of a definition from the global namespace: ::shop::Customer. What another namespace or a template
/// parameter is called cannot hide it.
[[nodiscard]] std::string qualified(const Scope& scope, const std::string& name);

/// The name as a schema spells it: "shop.Customer".
[[nodiscard]] std::string schema_name(const Scope& scope, const std::string& name);

/// flatc's name of an accessor or a member of a union: with an underscore behind it where flatc takes the name for
/// a keyword of some C++, such as module.
[[nodiscard]] std::string flatc_name(const std::string& name);

/// The same for flatc's type of a definition, which lives one namespace further in: ::shop::fb::Customer.
[[nodiscard]] std::string accessor(const Scope& scope, const std::string& name);

/// What flatc adds beside a "table", "struct", "enum" or "union" of this name: NameBuilder, CreateName and so on.
[[nodiscard]] std::vector<std::string> flatc_parts(const std::string& kind, const std::string& name);

/// The namespace of flatc's types for definitions of `scope`.
[[nodiscard]] std::vector<std::string> accessor_components(const Scope& scope);

/// The C++ type of a FlatBuffers scalar: "ulong" becomes std::uint64_t.
[[nodiscard]] std::string scalar_name(const std::string& schema_type);

/// The C++ type of one value of `type`, from the global namespace.
[[nodiscard]] std::string value_type(const Type& type);

/// The C++ type of the whole field, as a member of `record`: names of the record's own namespace stay short.
[[nodiscard]] std::string member_type(const Field& field, const Record& record);

/// The member's default: "{}" or " = 7".
[[nodiscard]] std::string member_default(const Field& field, const Record& record);

/// An integer in decimal as an expression of C++ that no compiler warns of: the least one of 64 bits has no
/// literal, one above the greatest signed one needs a suffix.
[[nodiscard]] std::string integer_literal(const std::string& digits);

/// The file of a path without folder and extension: "shop" of "schemas/shop.fbs".
[[nodiscard]] std::string stem_of(const std::string& path);

}  // namespace cambium::codegen
