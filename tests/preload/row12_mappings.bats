# Row 12. The kernel allows a process 65,530 mappings (vm.max_map_count); an allocator that maps, protects or
# moves piece by piece uses them up, and then threads cannot start and files not be mapped. Certain: the list
# itself is counted, at heaps of very different sizes: a handful, and a bounded number while pages have moved.
load rows

setup_file() { build row12_mappings.c row12_mappings; }

@test "row 12: 300 MiB of small blocks, freed in holes" { passes row12_mappings small; }
@test "row 12: pages given back in the middle of others" { passes row12_mappings holes; }
@test "row 12: a heap of 16 GiB" { passes row12_mappings 16gib; }
@test "row 12: 2,500 large blocks that grow by moving their pages" { passes row12_mappings moves; }
@test "row 12: 32 threads" { passes row12_mappings threads; }
