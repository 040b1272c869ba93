import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Fails when the migrations do not make the tables that the code describes: `drizzle-kit` is let loose on a copy of them,
 * and must find nothing to add. It wants a folder below the present one, so the copy is made there.
 */
const root = join(import.meta.dirname, '..')
const copy = mkdtempSync(join(root, 'node_modules/.migrations-'))

try {
  cpSync(join(root, 'migrations'), copy, { recursive: true })
  const before = new Set(readdirSync(copy))
  const given = ['--dialect', 'postgresql', '--schema', './src/**/*.table.ts', '--casing', 'snake_case']
  const out = copy.slice(root.length + 1)
  const command = join(root, 'node_modules/drizzle-kit/bin.cjs')
  const said = execFileSync(process.execPath, [command, 'generate', ...given, '--name', 'check', '--out', out], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const added = readdirSync(copy).filter((name) => !before.has(name))
  for (const name of added.filter((each) => each.endsWith('.sql')))
    console.error(readFileSync(join(copy, name), 'utf8'))
  if (added.length > 0) {
    console.error('The tables have changed; make a migration with: npm run migration verb_noun')
    process.exitCode = 1
  } else if (!said.includes('No schema changes')) {
    console.error(`drizzle-kit did not say whether the tables changed:\n${said}`)
    process.exitCode = 1
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
