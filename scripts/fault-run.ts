import { parseArgs } from 'node:util'
import { embeddedPlace, type Place, postgresPlace } from '../test/faults/place.ts'
import { killAgain, killOnce, type Outcome } from './fault-run/kills.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '2000' },
    minutes: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`node scripts/fault-run.ts [--messages 2000] [--minutes 5]

Kills the program with SIGKILL under load and counts what came of the messages: first once in the midst of so many
messages, then again and again at random moments for so many minutes (0: not at all). On the embedded database, and on
the server of DATABASE_URL when that is set.`)
  process.exit(0)
}

const places: (() => Promise<Place>)[] = [() => embeddedPlace()]
const server = process.env.DATABASE_URL
if (server) places.push(() => postgresPlace(server))

const rows: Outcome[] = []
for (const open of places) {
  rows.push(await killOnce(await open(), Number(values.messages)))
  console.table(rows)
  if (Number(values.minutes) === 0) continue
  rows.push(await killAgain(await open(), Number(values.minutes)))
  console.table(rows)
}
process.exit(rows.every((row) => row.holds) ? 0 : 1)
