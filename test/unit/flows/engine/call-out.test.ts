import { expect, it } from 'vitest'
import { type Caller, createCallOut, requestSeal } from '../../../../src/flows/engine/call-out.ts'
import { createVault } from '../../../../src/platform/secrets.ts'

it('work outside begins however much is waited for that is done elsewhere', async () => {
  const vault = createVault('a key for the tests only')
  const answered: number[] = []
  const callers: [string, Caller][] = [
    ['group', (_request, signal) => ended(signal)],
    ['http', async () => 'done'],
  ]
  const callOut = createCallOut({
    callers: new Map(callers),
    waiters: new Set(['group']),
    vault,
    onAnswer: (threadId) => answered.push(threadId),
  })
  const request = vault.seal('{}', requestSeal)
  const branch = { kind: 'call' as const, block: 'b', visits: {}, request }
  for (let id = 1; id <= 300; id++)
    callOut.begin({ runId: id, threadId: id, branch: { ...branch, id, caller: 'group' } })
  callOut.begin({ runId: 301, threadId: 301, branch: { ...branch, id: 301, caller: 'http' } })
  await expect.poll(() => answered).toEqual([301])
  expect(callOut.serves(300)).toBe(true)
  await callOut.stop(1000)
  expect(answered).toEqual([301])
})

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('It ended.')))
  })
}
