import { expect, test } from 'vitest'
import { createLog } from '../../../src/platform/log.ts'

function lines(write: (log: ReturnType<typeof createLog>) => void, level = 'info'): Record<string, unknown>[] {
  const written: string[] = []
  write(createLog(level, { write: (line) => written.push(line) }))
  return written.map((line) => JSON.parse(line))
}

test('a line is one JSON object with level, time, what is said and the message', () => {
  expect(lines((log) => log.info({ conversationId: 7 }, 'answered'))).toEqual([
    { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), conversationId: 7, msg: 'answered' },
  ])
})

test('secrets are masked in members, in messages and in errors, of child logs too', () => {
  const [line, error, alone, child] = lines((log) => {
    log.warn(
      { password: 'hunter22', url: 'https://x.example/?token=hunter22' },
      'called https://x.example/?token=hunter22',
    )
    log.error({ error: new Error('failed: token=hunter22') }, 'failed')
    log.error(new Error('failed: token=hunter22'))
    log.child({ channelId: 7 }).info({ apiKey: 'hunter22' }, 'hello')
  })
  expect(line).toMatchObject({
    password: '•••',
    url: 'https://x.example/?token=•••',
    msg: 'called https://x.example/?token=•••',
  })
  expect(error).toMatchObject({
    error: { name: 'Error', message: 'failed: token=•••', stack: expect.any(String) },
    msg: 'failed',
  })
  expect(alone).toMatchObject({ error: { message: 'failed: token=•••' }, msg: 'failed: token=•••' })
  expect(child).toMatchObject({ channelId: 7, apiKey: '•••', msg: 'hello' })
  expect(JSON.stringify([line, error, alone, child])).not.toContain('hunter22')
})

test('what lies below the level is not written', () => {
  expect(lines((log) => log.info('a'), 'warn')).toEqual([])
  expect(lines((log) => log.fatal('a'), 'silent')).toEqual([])
})
