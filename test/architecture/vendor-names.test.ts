import { describe, expect, it } from 'vitest'
import { nodesOf, placeOf, type Source, sourceOf, sourcesOf, wordOf } from './sources.ts'

const vendors =
  /telegram|whatsapp|grammy|mtcute|baileys|amocrm|kommo|bitrix|hubspot|salesforce|pipedrive|twilio|jambonz|asterisk|freeswitch|openai|anthropic|chatwoot|viber|vkontakte|facebook|instagram|wechat|discord|slack|mailgun|sendgrid/i

describe('names of vendors', () => {
  it('stand in no code of src but in compose.ts', () => {
    expect(vendorNames(sourcesOf('src'))).toEqual([])
  })

  it('the rule sees them in names, strings, templates, patterns and paths, in any case', () => {
    const text = `
      // Telegram may be mentioned here, where it explains something.
      const sendToTelegram = 1
      const url = 'https://api.OpenAI.com'
      const host = \`\${sub}.amocrm.ru\`
      const pattern = /kommo/
      import { Bot } from 'grammy'
    `
    expect(vendorNames([sourceOf('src/flows/x.ts', text)])).toEqual([
      'src/flows/x.ts:3 sendToTelegram',
      'src/flows/x.ts:4 https://api.OpenAI.com',
      'src/flows/x.ts:5 .amocrm.ru',
      'src/flows/x.ts:6 /kommo/',
      'src/flows/x.ts:7 grammy',
    ])
    expect(vendorNames([sourceOf('src/sync/amocrm.ts', '')])).toEqual(['src/sync/amocrm.ts'])
    expect(vendorNames([sourceOf('src/compose.ts', `import '../adapters/telegram/telegram.ts'`)])).toEqual([])
  })
})

function vendorNames(sources: Source[]): string[] {
  return sources
    .filter(({ path }) => path !== 'src/compose.ts')
    .flatMap((source) => {
      const found = vendors.test(source.path) ? [source.path] : []
      for (const node of nodesOf(source.tree)) {
        const word = wordOf(node)
        if (word && vendors.test(word)) found.push(`${placeOf(source, node)} ${word}`)
      }
      return found
    })
}
