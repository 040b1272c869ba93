import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('stands alone in a process of its own, where other processes steer it', async () => {
  const file = join(import.meta.dirname, '../../../doubles/amocrm/serve.ts')
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { url, control, token } = JSON.parse(line.toString())
    const steer = (path: string, body?: unknown) =>
      fetch(`${control}/${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
    const make = async () => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return fetch(`${url}/api/v4/leads`, { method: 'POST', headers, body: '[{"name":"a"}]' })
    }
    await steer('fault', { fault: { kind: 'status', status: 502, when: 'after' }, path: '^leads$' })
    expect((await make()).status).toBe(502)
    const made = (await (await make()).json()) as { _embedded: { leads: { id: number }[] } }
    const { id } = made._embedded.leads[0]!
    expect((await steer('edit', { entity: 'leads', id, body: { price: 5 } })).status).toBe(200)
    expect((await steer('edit', { entity: 'leads', id: 1, body: {} })).status).toBe(400)
    expect(await (await steer('stats')).json()).toMatchObject({ leads: 2, requests: 2, faultsPlayed: 1, refused: [] })
  } finally {
    child.kill()
    await once(child, 'exit')
  }
})
