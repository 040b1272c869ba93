import { describe, expect, it } from 'vitest'
import { blocks } from '../../../src/flows/blocks/registry.ts'
import { checkFlow } from '../../../src/flows/check-flow.ts'
import { lookup, openChannel } from './blocks/step.ts'

describe('the warnings of a flow', () => {
  it('tell once what a message loses on the channels that the triggers name', () => {
    const rich = {
      id: 'hello',
      number: 1,
      type: 'message',
      options: {
        text: 'Hello',
        media: [
          { kind: 'image', url: 'https://example.com/a.jpg' },
          { kind: 'video', url: 'https://example.com/a.mp4' },
        ],
        buttons: [[{ label: 'Yes' }, { label: 'My phone', request: 'phone' }]],
      },
    }
    const channels = new Map([
      ['Bot', openChannel({})],
      ['Line', openChannel({ buttons: false, media: [] })],
      ['Site', openChannel({ requestButtons: false })],
      ['Shut', { can: () => undefined }],
    ])
    const warned = (...names: string[]) =>
      checkFlow(
        {
          name: 'Greeting',
          triggers: [
            { type: 'first_message', to: 'hello', channels: names },
            { type: 'manual', to: 'hello', channels: names },
          ],
          blocks: [rich],
        },
        blocks,
        lookup({ channels }),
      ).warnings.map(({ path, message }) => `${path}: ${message}`)
    const at = 'blocks[0] (message "hello").options'
    expect(warned('Bot')).toEqual([`${at}.media: on the channel "Bot" video becomes a link`])
    expect(warned('Shut')).toEqual([])
    expect(warned('Line', 'Site')).toEqual([
      `${at}.buttons: on the channel "Line" the buttons become numbered text`,
      `${at}.media: on the channel "Line" image, video becomes a link`,
      `${at}.buttons: on the channel "Site" a button that asks for phone or place becomes text`,
      `${at}.media: on the channel "Site" video becomes a link`,
    ])
  })
})
