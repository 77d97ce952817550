// kernels.ts -> ../kernels.js, training.ts -> ../training_kernels.js: compiled modules as text, since
// the pages may not fetch. `node build.js FOLDER` writes both elsewhere.
import asc from "assemblyscript/asc";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const settings = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert", "--use", "abort=", "--baseDir", folder];
const out = process.argv[2] ?? join(folder, "..");

async function build(source, made, name) {
  let module;
  const { error, stderr } = await asc.main([source, "--outFile", "made.wasm", ...settings], {
    writeFile: (_, content) => (module = content),
  });
  if (error) throw new Error(stderr.toString());
  const text = Buffer.from(module).toString("base64");
  const head = `// Made from kernels/${source} by \`npm run build\` there: do not edit.`;
  writeFileSync(join(out, made), `${head}\nexport const ${name} =\n  "${text}";\n`);
}

await build("kernels.ts", "kernels.js", "KERNELS");
await build("training.ts", "training_kernels.js", "TRAINING_KERNELS");
