// Writes a compiled denylist of one path. Usage: row18_list FILE PATH
#include <cstdio>
#include <cstring>

#include "base/denylist.h"

int main(int argc, char** argv) {
  using namespace ox::denylist;
  if (argc != 3) return 2;
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.paths = 1;
  header.size = sizeof header + sizeof(uint64_t);
  const uint64_t path = hash({argv[2], std::strlen(argv[2])});
  std::FILE* file = std::fopen(argv[1], "wb");
  if (!file || std::fwrite(&header, sizeof header, 1, file) != 1 ||
      std::fwrite(&path, sizeof path, 1, file) != 1)
    return 1;
  return std::fclose(file) == 0 ? 0 : 1;
}
