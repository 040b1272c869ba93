import { join } from 'node:path'
import { type Setting, settings } from '../src/platform/config.ts'
import { writeGenerated } from './written-file.ts'

const rows = Object.values(settings as Record<string, Setting>)
  .map(describe)
  .join('\n')

const page = `# Settings

The program reads its settings from environment variables when it starts. One with a wrong value, or an unknown one that begins
with \`PARLEY_\`, keeps it from starting and is named with what is expected. An empty variable counts as not set.

This page is made by \`scripts/generate-settings.ts\` from \`src/platform/config.ts\`.

${rows}
## Of the commands

\`parley apply\` and \`parley export\` talk to a running server. They read \`PARLEY_URL\` (where it is, by default
\`http://localhost:8080\`) and \`PARLEY_API_KEY\` (a key with admin access), or take \`--url\` and \`--key\`.
`

function describe({ name, default: preset, meaning, example, expected, secret }: Setting): string {
  const lines = [
    `- Default: ${preset === undefined ? 'none' : preset === '' ? 'empty' : `\`${preset}\``}`,
    `- Expected: ${expected}`,
    `- Example: \`${example}\``,
    ...(secret ? ['- Secret: its value is masked wherever it could be shown.'] : []),
  ]
  return `## ${name}\n\n${meaning}\n\n${lines.join('\n')}\n`
}

await writeGenerated(join(import.meta.dirname, '../docs/settings.md'), page)
