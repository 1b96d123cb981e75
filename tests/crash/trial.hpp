// One trial: a store as a crash left it is opened, compared, checked, written, and opened again.
#pragma once

#include <string>
#include <vector>

#include "file_record.hpp"

namespace cambium::test {

/// Opens the store at the path with the production code and requires: its content is one of the acceptable ones;
/// check() is content; one more commit works, and is there after an orderly close. What is wrong, or an empty
/// string. Everything it asks of the file goes into the recorder.
[[nodiscard]] std::string try_store(const std::string& path, const std::vector<const Trees*>& acceptable,
                                    Recorder& recorder);

}  // namespace cambium::test
