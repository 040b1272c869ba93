import { describe, expect, test } from 'vitest'
import { amocrmSettings } from '../../../../adapters/amocrm/settings.ts'

const account = 'example.amocrm.ru'
const oauth = { clientId: '3fa85f64-5717-4562-b3fc-2c963f66afa6', clientSecret: 'a-secret-key' }

describe('settings', () => {
  test.each([
    [{ account, ...oauth }],
    [{ account: 'my-shop2.kommo.com', token: 'a-long-lived-token' }],
    [{ account: 'shop.amocrm.com', token: 'a-long-lived-token', hooks: false }],
  ])('%o will do', (settings) => {
    expect(amocrmSettings.safeParse(settings).success).toBe(true)
  })

  test.each([
    [{ account: 'https://example.amocrm.ru', ...oauth }, 'account'],
    [{ account: 'example.amocrm.ru.evil.example', ...oauth }, 'account'],
    [{ account: 'evil.example/.amocrm.ru', ...oauth }, 'account'],
    [{ account: 'a.b.amocrm.ru', ...oauth }, 'account'],
    [{ account }, 'clientId'],
    [{ account, clientId: oauth.clientId }, 'clientSecret'],
    [{ account, ...oauth, token: 'a-long-lived-token' }, 'token'],
    [{ account, token: 'two words here' }, 'token'],
    [{ account, ...oauth, apiRoot: 'file:///etc' }, 'apiRoot'],
  ])('%o names %s as wrong', (settings, path) => {
    const { error } = amocrmSettings.safeParse(settings)
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path)
  })
})
