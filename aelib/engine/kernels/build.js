// kernels.ts -> ../kernels.js: the compiled module as text, since the pages may not fetch.
import asc from "assemblyscript/asc";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const settings = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert", "--use", "abort=", "--baseDir", folder];
let module;
const { error, stderr } = await asc.main(["kernels.ts", "--outFile", "kernels.wasm", ...settings], {
  writeFile: (name, content) => (module = content),
});
if (error) throw new Error(stderr.toString());
const out = process.argv[2] ?? `${folder}../kernels.js`;
writeFileSync(
  out,
  `// Made from kernels/kernels.ts by \`npm run build\` there: do not edit.\nexport const KERNELS =\n  "${Buffer.from(module).toString("base64")}";\n`,
);
