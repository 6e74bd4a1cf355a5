import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.*;
import java.util.stream.*;
import java.util.zip.*;

/** Prints a checksum per kind of work of Java's: what the virtual machine itself takes from malloc (compiler, threads,
 *  class data), direct buffers, compression by its native library. */
class JavaWork {
    static String checksum(byte[] data) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(data);
        return String.format("%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
    }

    static String maps() throws Exception {
        Random random = new Random(42);
        Map<String, List<Integer>> people = new TreeMap<>();
        for (int i = 0; i < 300000; i++) people.computeIfAbsent("person" + random.nextInt(20000), k -> new ArrayList<>()).add(i);
        return checksum(people.toString().getBytes());
    }

    static String compressed(int seed) throws Exception {
        byte[] text = IntStream.range(0, 60000).mapToObj(i -> "word" + (i * seed) % 3001).collect(Collectors.joining(" ")).getBytes();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) { out.write(text); }
        byte[] back = new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray())).readAllBytes();
        return checksum(back) + Arrays.equals(back, text);
    }

    static long direct() {
        long sum = 0;
        for (int i = 1; i <= 20000; i++) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 + (i * 37) % 20000);
            buffer.put(buffer.capacity() - 1, (byte) i);
            sum += buffer.get(buffer.capacity() - 1) + buffer.capacity();
        }
        return sum;
    }

    static String threads() throws Exception {
        long[] sums = new long[200];
        Thread[] all = new Thread[sums.length];
        for (int t = 0; t < all.length; t++) {
            int mine = t;
            all[t] = new Thread(() -> { for (int i = 0; i < 20000; i++) sums[mine] += String.valueOf(i * mine).hashCode(); });
            all[t].start();
        }
        for (Thread one : all) one.join();
        return checksum(Arrays.toString(sums).getBytes());
    }

    public static void main(String[] args) throws Exception {
        System.out.println("maps " + maps());
        System.out.println("compression " + IntStream.range(1, 9).parallel().mapToObj(seed -> {
            try { return compressed(seed); } catch (Exception wrong) { throw new RuntimeException(wrong); }
        }).collect(Collectors.toList()));
        System.out.println("direct " + direct());
        System.out.println("threads " + threads());
        System.gc();
        System.out.println("end");
    }
}
