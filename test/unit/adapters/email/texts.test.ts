import { describe, expect, test } from 'vitest'
import { automaticBecause, loopGuard } from '../../../../adapters/email/inbound/automatic.ts'
import { freshText } from '../../../../adapters/email/inbound/fresh-text.ts'
import { htmlToText } from '../../../../adapters/email/inbound/html-text.ts'
import { parseLetter } from '../../../../adapters/email/inbound/parse-letter.ts'
import { baseSubject, isAnswer } from '../../../../adapters/email/threads/subject.ts'
import { letter } from './desk.ts'

describe('of a plain text only what is new is shown', () => {
  const cases: [string, string, string][] = [
    [
      'a quoted letter',
      'Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Desk <desk@example.com> wrote:\n> Do you?\n> Really?',
      'Yes.',
    ],
    [
      'an introduction over two lines',
      'Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Desk\n<desk@example.com> wrote:\n\n> Do you?',
      'Yes.',
    ],
    ['Russian', 'Да, спасибо\n\nпн, 2 нояб. 2026 г. в 10:00, Стол <desk@example.com>:\n\n> Хотите?', 'Да, спасибо'],
    [
      'Outlook',
      'Ja.\n\n________________________________\nVon: Desk <desk@example.com>\nGesendet: Montag\nAn: Ann\nBetreff: Auto\n\nWollen Sie?',
      'Ja.',
    ],
    ['Outlook in Russian', 'Да.\n\nОт: Стол\nОтправлено: понедельник\nКому: Анна\nТема: Машина\n\nХотите?', 'Да.'],
    ['an old Outlook', 'Yes.\n\n-----Original Message-----\nFrom: Desk\nDo you?', 'Yes.'],
    ['a signature', 'Call me.\n\n-- \nAnn Example\n+1 555 0100', 'Call me.'],
    ['a telephone', 'Call me.\n\nSent from my iPhone', 'Call me.'],
    ['answers between the lines', '> Do you?\nYes.\n> When?\nNow.', 'Yes.\nNow.'],
    ['nothing but a quotation', '> Do you?', '> Do you?'],
    ['a colon in a sentence', 'I wrote:\nsend me the papers\nand he did.', 'I wrote:\nsend me the papers\nand he did.'],
  ]
  test.each(cases)('%s', (_, text, shown) => {
    expect(freshText(text)).toBe(shown)
    expect(freshText(text.replaceAll('\n', '\r\n'))).toBe(shown)
  })

  test('at most 20,000 characters', () => {
    expect(freshText('word '.repeat(10_000)).length).toBeLessThanOrEqual(20_001)
  })
})

describe('of HTML', () => {
  const cases: [string, string, string][] = [
    [
      'Gmail',
      '<div dir="ltr">Yes<br></div><br><div class="gmail_quote"><div class="gmail_attr">On Monday Desk wrote:</div><blockquote class="gmail_quote">Do you?</blockquote></div>',
      'Yes',
    ],
    ['Apple Mail', '<body>Yes<br><div><br><blockquote type="cite"><div>Do you?</div></blockquote></div></body>', 'Yes'],
    [
      'Outlook on the web',
      '<div>Yes</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: Desk</div><div>Do you?</div>',
      'Yes',
    ],
    [
      'Outlook',
      '<div class=WordSection1><p>Yes<o:p></o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm"><p><b>From:</b> Desk</p></div><p>Do you?</p></div>',
      'Yes',
    ],
    [
      'Thunderbird',
      '<p>Yes</p><div class="moz-cite-prefix">On Monday Desk wrote:</div><blockquote type="cite">Do you?</blockquote><pre class="moz-signature">-- \nAnn</pre>',
      'Yes',
    ],
    ['a signature of Gmail', '<div>Yes<br>-- <br><div class="gmail_signature">Ann</div></div>', 'Yes\n--'],
  ]
  test.each(cases)('the history that %s quotes is left out', (_, html, fresh) => {
    const text = htmlToText(html)
    expect(text.fresh).toBe(fresh)
    if (!html.includes('signature of')) expect(text.whole.length).toBeGreaterThan(fresh.length)
  })

  test('lines, lists, links and spaces are read as they are shown, and what is hidden is not', () => {
    const html =
      '<head><title>T</title><style>p{}</style></head><div style="display:none">Preview</div><h1>Offer &amp; more</h1><p>See   <a href="https://example.com/x">our\n page</a>, or <a href="https://example.com/">https://example.com</a>.</p><ul><li>One<li>Two</ul><pre>a\n  b</pre><script>alert(1)</script>'
    expect(htmlToText(html).whole).toBe(
      'Offer & more\n\nSee our page (https://example.com/x), or https://example.com.\n\n- One\n- Two\n\na\n  b',
    )
  })
})

describe('time', () => {
  test.each([
    ['marks of quotations', () => freshText('Op \nschreef\n'.repeat(100_000))],
    ['lines that say who wrote', () => freshText('Ann wrote:\n'.repeat(100_000))],
    ['spaces', () => freshText(`${' '.repeat(500_000)}x`)],
    ['elements within one another', () => htmlToText('<div>'.repeat(200_000))],
    ['links within one another', () => htmlToText('<a href="http://x.example/">x'.repeat(30_000))],
  ])('is not wasted on a letter made of %s', (_, read) => {
    const began = performance.now()
    read()
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('a letter is not answered', () => {
  const marks: [string, Record<string, string | undefined>][] = [
    ['of a vacation', { 'Auto-Submitted': 'auto-replied' }],
    ['of a machine', { 'Auto-Submitted': 'auto-generated; owner-email="x"' }],
    ['of Exchange', { 'X-Auto-Response-Suppress': 'All' }],
    ['of a list', { 'List-Id': '<talk.example.org>' }],
    ['of a newsletter', { 'List-Unsubscribe': '<https://example.org/out>' }],
    ['in bulk', { Precedence: 'bulk' }],
    ['of a mail server', { From: 'Mail Delivery <MAILER-DAEMON@example.org>' }],
    ['of nobody', { From: 'no-reply@example.org' }],
    ['without a way back', { 'Return-Path': '<>' }],
    ['of another program of our kind', { 'X-Parley-Message': 'x' }],
    ['that says so in its subject only', { Subject: 'Automatic reply: Question' }],
    ['that says so in Russian', { Subject: '=?utf-8?B?0JDQstGC0L7QvtGC0LLQtdGCOiDQktC+0L/RgNC+0YE=?=' }],
  ]
  test.each(marks)('%s', async (_, headers) => {
    expect(automaticBecause(await parseLetter(Buffer.from(letter(1, headers))))).toBeDefined()
  })

  test('but one that a person wrote is', async () => {
    for (const headers of [
      {},
      { 'Auto-Submitted': 'no' },
      { Precedence: 'first-class' },
      { 'Return-Path': '<ann@example.org>' },
    ]) {
      expect(automaticBecause(await parseLetter(Buffer.from(letter(1, headers))))).toBeUndefined()
    }
  })

  test('once its sender has sent more than ten within a minute, for as long as it goes on so', () => {
    const isLoop = loopGuard()
    const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000)
    const told = Array.from({ length: 12 }, (_, index) => isLoop('a@example.org', at(index), `letter ${index}`))
    expect(told.map(Number).join('')).toBe('000000000011')
    expect(isLoop('b@example.org', at(12), 'letter 12')).toBe(false)
    expect(isLoop('a@example.org', at(200), 'letter 13')).toBe(false)
  })

  test('never because one letter is read again and again, while it cannot be stored', () => {
    const isLoop = loopGuard()
    const told = Array.from({ length: 12 }, () => isLoop('a@example.org', new Date(1_700_000_000_000), 'letter 1'))
    expect(told).not.toContain(true)
  })
})

test('subjects are the same under the prefixes of many programs', () => {
  for (const subject of ['Re: Car', 'RE[2]: Car', 'AW: Re: Car', 'Ответ: Car', 'Fwd:  Car', 'SV: Car', '回复：Car']) {
    expect(baseSubject(subject)).toBe('Car')
    expect(isAnswer(subject)).toBe(true)
  }
  for (const subject of ['Car', 'Report: Car', 'Regarding: x']) expect(isAnswer(subject)).toBe(false)
})
