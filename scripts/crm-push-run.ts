import { parseArgs } from 'node:util'
import { pushDeals } from '../test/faults/crm-push.ts'
import { postgresPlace } from '../test/faults/place.ts'

const { values } = parseArgs({
  options: {
    deals: { type: 'string', default: '10000' },
    processes: { type: 'string', default: '4' },
    'token-calls': { type: 'string', default: '10' },
    faults: { type: 'string', default: '0.05' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`DATABASE_URL=postgres://… node scripts/crm-push-run.ts [--deals 10000] [--processes 4] [--token-calls 10] [--faults 0.05] [--seed 1]

Pushes so many deals with their contacts to a stand-in for an amoCRM account, by several processes on one PostgreSQL, while tokens
run out every so many calls, a share of all calls fails (most of them after having worked) or is never answered, and the process
that works is killed with SIGKILL in the midst of a write. Everything has to arrive exactly once, and no second may see more than
seven requests.`)
  process.exit(0)
}

const server = process.env.DATABASE_URL
if (!server) throw new Error('DATABASE_URL is missing: several processes need a PostgreSQL server.')
const outcome = await pushDeals(await postgresPlace(server), {
  deals: Number(values.deals),
  processes: Number(values.processes),
  tokenCalls: Number(values['token-calls']),
  share: Number(values.faults),
  seed: Number(values.seed),
  hangs: true,
  patienceMs: 30 * 60_000,
  tell: (line) => console.log(line),
})
console.table([outcome])
process.exit(outcome.holds ? 0 : 1)
