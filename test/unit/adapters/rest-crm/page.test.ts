import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { restCrmSettings } from '../../../../adapters/rest-crm/settings.ts'
import { smallSettings } from './small-crm.ts'

it('The pieces of settings on the page about connecting CRMs make sense.', async () => {
  const page = await readFile(new URL('../../../../docs/connecting-crms.md', import.meta.url), 'utf8')
  const pieces = [...page.matchAll(/```yml\n([^`]*)```/g)].map(([, text]) => parse(text!))
  const settings = pieces.filter((piece) => !('json' in piece))
  expect(settings).toHaveLength(6)
  const small = smallSettings()
  const contact = small.contact as object
  for (const piece of settings) {
    const merged = { ...small, ...piece, ...(piece.contact && { contact: { ...contact, ...piece.contact } }) }
    expect(restCrmSettings.safeParse(merged).error?.issues).toBeUndefined()
  }
})
