import { parseArgs } from 'node:util'
import { startAmocrm } from './amocrm.ts'
import { startControl } from './control.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'token-calls': { type: 'string' },
    filters: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`node test/doubles/amocrm/serve.ts [--port 0] [--token-calls 10] [--filters]

A stand-in for an amoCRM account in a process of its own. Prints one line of JSON: its address, the address by which it is steered,
the integration's client, a long-lived token, and a pair of tokens as after the owner's consent.`)
  process.exit(0)
}

const double = await startAmocrm({
  port: Number(values.port),
  filters: values.filters,
  ...(values['token-calls'] !== undefined && { tokenCalls: Number(values['token-calls']) }),
})
const control = await startControl(double)
const { url, client, oauth } = double
const tokens = oauth.pair(client.id)
console.log(JSON.stringify({ url, control: control.url, client, token: oauth.longLived(client.id), tokens }))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.all([control.stop(), double.stop()]).then(() => process.exit(0)))
