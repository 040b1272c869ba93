import { readFile, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'

/** Writes a generated file; with `--check` among the arguments it only tells, by the exit code, whether the file is up to date. */
export async function writeGenerated(path: string, text: string): Promise<void> {
  const shown = relative(process.cwd(), path)
  const before = await readFile(path, 'utf8').catch(() => undefined)
  if (before === text) {
    console.log(`${shown} is up to date.`)
  } else if (process.argv.includes('--check')) {
    console.error(`${shown} is out of date; run this script without --check and commit the result.`)
    process.exitCode = 1
  } else {
    await writeFile(path, text)
    console.log(`${shown} was written.`)
  }
}
