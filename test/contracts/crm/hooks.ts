import { expect } from 'vitest'
import { AppError } from '../../../src/platform/errors.ts'
import { type CrmBench, failure } from './bench.ts'

/** Requests to the hook that are not what the vendor sends. */
export function hooks(bench: CrmBench): void {
  const { contact, testUnless } = bench

  testUnless('forge', 'a request to the hook that the vendor did not send is refused', async () => {
    const forged = (async () => bench.harness.adapter.receive(bench.harness.forge!()))()
    expect(await failure(forged)).toMatchObject({ code: 'unauthenticated' })
  })

  testUnless('hooks', 'a request to the hook that makes no sense is heard as nothing, or refused', async () => {
    const [request] = await bench.harness.rename('contact', await contact(), 'Anna')
    const senseless = new TextEncoder().encode('{"leads[[": [{]&&=%ff')
    const heard = await bench.harness.adapter.receive({ ...request!, body: senseless }).then(
      (received) => received.heard,
      (error: unknown) => {
        expect(error).toBeInstanceOf(AppError)
        return []
      },
    )
    expect(heard).toEqual([])
  })
}
