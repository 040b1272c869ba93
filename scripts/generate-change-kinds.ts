import { join } from 'node:path'
import { changeKinds } from '../src/sync/change-kinds.ts'
import { writeGenerated } from './written-file.ts'

const rows = Object.entries(changeKinds).map(([kind, [what, change]]) => `| \`${kind}\` | ${what} | ${change} |`)

const page = `# Kinds of change

Whatever happens to the data of a project is recorded, in the transaction that does it. [Webhooks](api.md#webhooks), the
[stream of changes](api.md#what-happens-as-it-happens) and the [triggers of flows](flows.md#triggers) read this log. \`change\` always has \`by\`, too: the operator, flow
(with its run), channel, postback, integration or the program itself that did it.

This page is made by \`scripts/generate-change-kinds.ts\` from \`src/sync/change-kinds.ts\`.

| kind | what happened | \`change\` |
| --- | --- | --- |
${rows.join('\n')}
`

await writeGenerated(join(import.meta.dirname, '../docs/changes.md'), page)
