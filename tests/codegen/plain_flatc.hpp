// What flatc makes of schemas/every_type.fbs itself, without the generator: another implementation of the same
// bytes.
#pragma once

#include <cambium/base/bytes.hpp>
#include <string>

namespace cambium::test {

/// A sample read by flatc's code into its own objects, and written by its code from these. Empty when its verifier
/// refuses the bytes.
std::string repacked_by_flatc(ByteView bytes);

/// Some members of a sample, as flatc's code reads them: "id 7 text a shape Leaf".
std::string summary_by_flatc(ByteView bytes);

/// A sample written by flatc's code: what is required, and otherwise the defaults of the schema.
std::string bare_sample_by_flatc();

}  // namespace cambium::test
