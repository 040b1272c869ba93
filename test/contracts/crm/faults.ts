import { describe, expect, test } from 'vitest'
import { type CrmBench, failure } from './bench.ts'

/** What becomes of a request when the vendor or the connection fails. */
export function faults(bench: CrmBench): void {
  const { marker, write, contact, testUnless } = bench

  describe('when something goes wrong', () => {
    testUnless('rate_limit', 'tells how long the vendor wants rest, and goes on after it', async () => {
      const before = bench.harness.count('contact')
      bench.harness.fail('rate_limit')
      const error = await failure(write('contact', { values: { name: 'Too soon' } }))
      expect(error).toMatchObject({ code: 'rate_limited', retryable: true })
      expect(error.retryAfterMs).toBeGreaterThan(0)
      expect(bench.harness.count('contact')).toBe(before)
      bench.harness.clock.advance(error.retryAfterMs!)
      await contact()
      expect(bench.harness.count('contact')).toBe(before + 1)
    })

    testUnless('drop', 'tells a broken connection as one, and goes on after it', async () => {
      bench.harness.fail('drop')
      const error = await failure(write('contact', { values: { name: 'Cut off' } }))
      expect(['unavailable', 'timeout']).toContain(error.code)
      expect(bench.harness.count('contact')).toBe(0)
      await contact()
      expect(bench.harness.count('contact')).toBe(1)
    })

    testUnless('hang', 'ends a call that is not answered when it is told to', async () => {
      const ending = new AbortController()
      bench.harness.fail('hang')
      const attempt = bench.harness.adapter.write(
        'contact',
        [{ marker: marker(), values: { name: 'Slow' } }],
        ending.signal,
      )
      setTimeout(() => ending.abort(), 20)
      expect(['unavailable', 'timeout']).toContain((await failure(attempt)).code)
      await contact()
      expect(bench.harness.count('contact')).toBe(1)
    })

    test('does nothing when a call was ended before it began', async () => {
      const ended = AbortSignal.abort()
      await failure(bench.harness.adapter.write('contact', [{ marker: marker(), values: { name: 'Too late' } }], ended))
      await failure(bench.harness.adapter.lists(ended))
      expect(bench.harness.count('contact')).toBe(0)
    })
  })
}
