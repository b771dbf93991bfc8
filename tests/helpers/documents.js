// Documents as people have them: a PDF, and a scanned page.
// Before the text's way: for tests of model/prepare.js and of what calls it.
// Must not know how they are read.

import { launch, openPage } from './browser.js';

/**
 * A PDF written by hand: pages of lines in Helvetica, or pages of a JPEG.
 * @param {(string[] | { jpeg: Buffer, width: number, height: number })[]} pages
 */
export function makePdf(pages) {
  const ids = pages.map((_, i) => `${4 + 3 * i} 0 R`).join(' ');
  /** @type {(string | Buffer)[][]} */
  const objects = [
    ['<< /Type /Catalog /Pages 2 0 R >>'],
    [`<< /Type /Pages /Kids [${ids}] /Count ${pages.length} >>`],
    ['<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'],
  ];
  pages.forEach((page, i) => {
    const drawing = Array.isArray(page)
      ? `BT /F 14 Tf 50 780 Td 18 TL ${page.map((line) => `(${line}) Tj T*`).join(' ')} ET`
      : 'q 595 0 0 842 0 0 cm /I Do Q';
    const id = 4 + 3 * i;
    const resources = `<< /Font << /F 3 0 R >> /XObject << /I ${id + 2} 0 R >> >>`;
    const box = '/MediaBox [0 0 595 842]';
    objects.push([`<< /Type /Page /Parent 2 0 R ${box} /Resources ${resources} /Contents ${id + 1} 0 R >>`]);
    objects.push([`<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`]);
    if (Array.isArray(page)) objects.push(['null']);
    else {
      const form = `/Width ${page.width} /Height ${page.height} /ColorSpace /DeviceRGB /BitsPerComponent 8`;
      const head = `<< /Subtype /Image ${form} /Filter /DCTDecode /Length ${page.jpeg.length} >>`;
      objects.push([`${head}\nstream\n`, page.jpeg, '\nendstream']);
    }
  });
  let bytes = Buffer.from('%PDF-1.4\n');
  const append = (/** @type {string | Buffer} */ part) => (bytes = Buffer.concat([bytes, Buffer.from(part)]));
  const offsets = objects.map((parts, i) => {
    const offset = bytes.length;
    [`${i + 1} 0 obj\n`, ...parts, '\nendobj\n'].forEach(append);
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = bytes.length;
  append(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`);
  append(`trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return bytes;
}

/**
 * A page of lines as a scanner gives it.
 * @param {string[]} lines
 * @param {number} width
 * @param {number} height
 * @returns {Promise<{ png: Buffer, jpeg: Buffer }>}
 */
export async function makeScan(lines, width, height) {
  const browser = await launch();
  const { page } = await openPage(browser, { viewport: { width, height } });
  await page.setContent(`<p style="font: 40px serif; margin: 80px">${lines.join('<br>')}</p>`);
  const png = await page.screenshot();
  const jpeg = await page.screenshot({ type: 'jpeg', quality: 90 });
  await browser.close();
  return { png, jpeg };
}
