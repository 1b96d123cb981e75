# Tests of reflection, key encoding and codecs.
cambium_test(key_test SOURCES base_values.cpp key_order.cpp key_format.cpp key_user_types.cpp LINKS cambium::key)
cambium_test(reflect_test SOURCES reflect_fields.cpp reflect_type_names.cpp LINKS cambium::codec)
cambium_test(codec_test
  SOURCES codec_array.cpp codec_cbor_vectors.cpp codec_document.cpp codec_errors.cpp codec_fields_kept.cpp codec_flatbuffers.cpp codec_format.cpp codec_json_text.cpp
          codec_malformed.cpp codec_raw.cpp codec_round_trip.cpp
  LINKS cambium::codec)
if(TARGET cambium::zstd AND TARGET cambium::lz4 AND TARGET cambium::zlib)
  cambium_test(compressed_test SOURCES codec_compressed.cpp LINKS cambium::zstd cambium::lz4 cambium::zlib)
endif()
