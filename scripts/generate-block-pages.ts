import { readFile, writeFile } from 'node:fs/promises'
import { blocks } from '../src/compose/block-registry.ts'
import { blockPages } from './block-pages.ts'

const file = new URL('../docs/blocks.md', import.meta.url)
const page = blockPages(blocks)

if (process.argv.includes('--check')) {
  const written = await readFile(file, 'utf8').catch(() => '')
  if (written !== page) {
    console.error('docs/blocks.md is older than the blocks; write it anew with: node scripts/generate-block-pages.ts')
    process.exitCode = 1
  }
} else {
  await writeFile(file, page)
  console.log(`docs/blocks.md describes ${blocks.size} blocks`)
}
