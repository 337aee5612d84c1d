"""The articles of the demo province: plain, useful texts. Schedules are examples; laws and numbers are real."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """One article and how far it came.

    Attributes:
        unit: ``tinh``, ``ayun`` or ``quynhon``.
        state: where its story ends; see seed.py for the steps.
        days_ago: when it was written.
        lasts_days: length of its validity window, from when it was published.
        communities: codes of the communities it is for; empty means all.
        note: of a correction, or the reason for returning or withdrawing it.
        corrected: ``(old, new)`` in the Vietnamese body when a correction is part of the story.
        cover: a key of ``backend.uploads.seed_covers.COVERS``, and what it says to those who do not see it.
    """

    unit: str
    category: str
    days_ago: int
    title: str
    summary: str
    body: str
    state: str = "published"
    priority: str = "normal"
    english: tuple[str, str, str] | None = None
    lasts_days: int | None = None
    communities: tuple[str, ...] = field(default=())
    note: str = ""
    corrected: tuple[str, str] | None = None
    cover: tuple[str, str] | None = None


ARTICLES: tuple[DemoArticle, ...] = (
    DemoArticle(
        unit="tinh",
        category="thien_tai_khan_cap",
        days_ago=26,
        title="Năm cấp độ rủi ro thiên tai và màu sắc cần nhớ",
        cover=(
            "levels",
            "Hình vẽ năm dãy đồi mang màu của năm cấp độ rủi ro: xanh dương nhạt, vàng nhạt, da cam, đỏ, tím.",
        ),
        summary="Xanh dương nhạt, vàng nhạt, da cam, đỏ, tím: màu càng đậm, nguy hiểm càng lớn.",
        body="""<p>Bản tin dự báo dùng năm cấp độ rủi ro thiên tai. Mỗi cấp có một màu để bà con nhìn là biết.</p>
<table><thead><tr><th scope="col">Cấp</th><th scope="col">Màu</th><th scope="col">Bà con cần làm</th></tr></thead><tbody>
<tr><td>1</td><td>Xanh dương nhạt</td><td>Theo dõi bản tin, dọn rãnh thoát nước.</td></tr>
<tr><td>2</td><td>Vàng nhạt</td><td>Chuẩn bị đèn pin, nước uống, thuốc; gia cố mái nhà.</td></tr>
<tr><td>3</td><td>Da cam</td><td>Hạn chế ra ngoài; nhà ở ven suối, sườn dốc sẵn sàng đi sơ tán.</td></tr>
<tr><td>4</td><td>Đỏ</td><td>Thực hiện ngay lệnh sơ tán, không ở lại giữ nhà.</td></tr>
<tr><td>5</td><td>Tím</td><td>Tình trạng khẩn cấp: làm theo hướng dẫn của lực lượng cứu hộ.</td></tr>
</tbody></table>
<p>Căn cứ: Quyết định số 18/2021/QĐ-TTg về dự báo, cảnh báo, truyền tin thiên tai và cấp độ rủi ro thiên tai.</p>""",
        english=(
            "Five disaster risk levels and the colours to remember",
            "Light blue, light yellow, orange, red, purple: the darker the colour, the greater the danger.",
            """<p>Forecasts use five levels of disaster risk, each with a colour of its own.</p>
<ul><li>Level 1, light blue: follow the news, clear the drains.</li>
<li>Level 2, light yellow: prepare a torch, water and medicine; secure the roof.</li>
<li>Level 3, orange: stay at home; people near streams and slopes get ready to leave.</li>
<li>Level 4, red: leave at once when told to.</li>
<li>Level 5, purple: emergency; do as the rescuers say.</li></ul>
<p>Source: Decision 18/2021/QĐ-TTg.</p>""",
        ),
    ),
    DemoArticle(
        unit="tinh",
        category="san_pham_dich_vu",
        days_ago=20,
        title="Các số điện thoại khẩn cấp gọi được bất cứ lúc nào",
        summary="Công an 113, cứu hỏa 114, cấp cứu 115, tìm kiếm cứu nạn 112, bảo vệ trẻ em 111.",
        body="""<p>Các số dưới đây gọi miễn phí, cả ngày lẫn đêm, không cần mã vùng:</p>
<ul><li><a href="tel:113">113</a>: Công an</li><li><a href="tel:114">114</a>: cháy nổ, cứu nạn, cứu hộ</li>
<li><a href="tel:115">115</a>: cấp cứu y tế</li><li><a href="tel:112">112</a>: tìm kiếm, cứu nạn trên toàn quốc</li>
<li><a href="tel:111">111</a>: Tổng đài quốc gia bảo vệ trẻ em</li></ul>
<p>Khi gọi, bà con nói rõ: việc gì, ở đâu (làng, đường, gần nơi nào dễ thấy), có mấy người bị nạn, số điện thoại để gọi lại. Đừng tắt máy trước.</p>""",
        english=(
            "Emergency numbers that answer at any hour",
            "Police 113, fire 114, ambulance 115, search and rescue 112, child protection 111.",
            """<p>These numbers are free, day and night, without an area code: 113 police, 114 fire and rescue,
115 ambulance, 112 search and rescue, 111 child protection.</p>
<p>Say what happened, where, how many people are hurt, and a number to call back. Do not hang up first.</p>""",
        ),
    ),
    DemoArticle(
        unit="tinh",
        category="phong_chong_vi_pham",
        days_ago=12,
        priority="priority",
        title="Ba dấu hiệu của cuộc gọi lừa đảo",
        summary="Tự xưng công an, hối thúc, đòi chuyển tiền hoặc mã OTP: hãy tắt máy và hỏi người thân.",
        body="""<p>Thời gian qua nhiều người mất tiền vì tin những cuộc gọi tự xưng là công an, ngân hàng, điện lực. Bà con nhớ ba dấu hiệu:</p>
<ol><li>Tự xưng cơ quan nhà nước nhưng làm việc qua điện thoại, qua mạng xã hội.</li>
<li>Dọa dẫm, hối thúc, bắt giữ bí mật, không cho hỏi ai.</li>
<li>Đòi chuyển tiền, đòi mã OTP, bảo bấm vào đường dẫn lạ hoặc cài ứng dụng lạ.</li></ol>
<p>Cơ quan công an không yêu cầu người dân chuyển tiền qua điện thoại. Gặp cuộc gọi như vậy: tắt máy, kể với người thân, báo Công an xã, phường hoặc gọi 113. Có thể báo cuộc gọi, tin nhắn rác tới đầu số 156 hoặc 5656.</p>""",
    ),
    DemoArticle(
        unit="tinh",
        category="van_ban",
        days_ago=30,
        title="Nghị định 49/2024/NĐ-CP về hoạt động thông tin cơ sở",
        cover=(
            "loudspeaker",
            "Hình vẽ cột loa truyền thanh bên ruộng bậc thang, phía sau là núi.",
        ),
        summary="Có hiệu lực từ 01/7/2024. Người dân được cung cấp thông tin thiết yếu, gửi phản ánh và nhận trả lời.",
        body="""<p><strong>Số, ký hiệu:</strong> 49/2024/NĐ-CP. <strong>Cơ quan ban hành:</strong> Chính phủ. <strong>Hiệu lực:</strong> từ ngày 01/7/2024.</p>
<p>Nghị định quy định ba việc của hoạt động thông tin cơ sở:</p>
<ul><li>cung cấp thông tin thiết yếu đến người dân;</li><li>tiếp nhận thông tin phản ánh của người dân;</li>
<li>chuyển tải ý kiến trả lời của cơ quan, tổ chức có thẩm quyền.</li></ul>
<p>Loa truyền thanh, bảng tin điện tử, trang thông tin và ứng dụng này đều là phương tiện của hoạt động đó.</p>""",
    ),
    DemoArticle(
        unit="ayun",
        category="kien_thuc",
        days_ago=5,
        lasts_days=30,
        title="Lịch tiêm chủng mở rộng tại Trạm Y tế xã",
        cover=(
            "health_station",
            "Hình vẽ trạm y tế xã mái đỏ dưới chân đồi.",
        ),
        summary="Sáng thứ Năm hằng tuần, từ 7 giờ 30. Mang theo sổ tiêm và thẻ bảo hiểm y tế.",
        body="""<p>Trạm Y tế xã tiêm chủng cho trẻ dưới 5 tuổi và phụ nữ mang thai vào <strong>sáng thứ Năm hằng tuần</strong>, từ 7 giờ 30 đến 11 giờ.</p>
<ul><li>Mang theo sổ tiêm chủng và thẻ bảo hiểm y tế của trẻ.</li><li>Trẻ đang sốt, tiêu chảy: báo nhân viên y tế trước khi tiêm.</li>
<li>Sau khi tiêm, ngồi lại theo dõi ít nhất 30 phút và tiếp tục theo dõi tại nhà trong 24 giờ.</li></ul>
<p>Vắc-xin trong chương trình tiêm chủng mở rộng là miễn phí. Làng nào đường lầy không ra được, trưởng làng báo trạm để bố trí điểm tiêm lưu động.</p>""",
    ),
    DemoArticle(
        unit="ayun",
        category="hoi_dap",
        days_ago=18,
        title="Hỏi đáp: Gửi phản ánh thế nào, bao lâu thì có trả lời?",
        cover=(
            "communal_house",
            "Hình vẽ nhà rông mái cao giữa làng lúc chiều xuống.",
        ),
        summary="Gửi bằng điện thoại không cần tài khoản; giữ lại mã và số PIN để theo dõi.",
        body="""<h2>Gửi bằng cách nào?</h2><p>Bấm “Gửi phản ánh”, viết vài dòng, thêm ảnh và vị trí nếu có. Không có mạng cũng gửi được: máy giữ lại và tự gửi khi có sóng. Bà con không dùng điện thoại thì nhờ trưởng làng hoặc đến bộ phận một cửa.</p>
<h2>Có phải để tên không?</h2><p>Không bắt buộc. Nơi xử lý không thấy tên và số điện thoại của người gửi.</p>
<h2>Bao lâu thì có trả lời?</h2><p>Xã tiếp nhận trong giờ làm việc. Mỗi phản ánh có hạn xử lý ghi rõ; nhập mã vào ô “Tra cứu mã” là biết đang ở bước nào.</p>
<h2>Khiếu nại, tố cáo thì sao?</h2><p>Khiếu nại, tố cáo theo luật riêng. Cán bộ sẽ hướng dẫn và chuyển đúng nơi; nội dung đó không bao giờ được công khai.</p>""",
        english=(
            "Questions and answers: how to send feedback, and when is it answered?",
            "Send it from your phone, no account needed; keep the code and the PIN to follow it.",
            """<h2>How?</h2><p>Choose “Send feedback”, write a few lines, add a photo and the place. Without a network the phone keeps it and sends it later.</p>
<h2>Do I have to give my name?</h2><p>No. Those who handle it do not see who sent it.</p>
<h2>When is it answered?</h2><p>Every message has a due date. Enter the code under “Track by code” to see where it is.</p>
<h2>Complaints and denunciations</h2><p>They follow laws of their own, are passed on, and are never made public.</p>""",
        ),
    ),
    DemoArticle(
        unit="ayun",
        category="san_pham_dich_vu",
        days_ago=9,
        lasts_days=21,
        communities=("plei-bong", "vong-chep", "hyer"),
        title="Lịch tiêm phòng lở mồm long móng cho trâu, bò",
        cover=(
            "pasture",
            "Hình vẽ ba con bò đứng trên đồng cỏ, phía sau là đồi.",
        ),
        summary="Ba làng Plei Bông, Vơng Chép, Hyer: cán bộ thú y đến nhà rông từ 7 giờ sáng.",
        body="""<p>Cán bộ thú y xã tiêm vắc-xin lở mồm long móng cho trâu, bò tại nhà rông các làng, từ 7 giờ đến 10 giờ sáng:</p>
<ul><li>Làng Plei Bông: thứ Ba</li><li>Làng Vơng Chép: thứ Tư</li><li>Làng Hyer: thứ Sáu</li></ul>
<p>Bà con buộc sẵn trâu, bò, không cho ăn quá no. Con vật đang ốm hoặc mới đẻ thì báo cán bộ để tiêm sau. Thấy trâu, bò chảy dãi, nổi mụn ở miệng và chân: nhốt riêng và báo ngay trưởng làng.</p>""",
    ),
    DemoArticle(
        unit="ayun",
        category="kien_thuc",
        days_ago=15,
        title="Thu hái và phơi cà phê để bán được giá",
        cover=(
            "coffee",
            "Hình vẽ cành cà phê với những chùm quả chín đỏ.",
        ),
        summary="Hái chín, phơi mỏng, đảo đều, cất khi hạt khô: bốn việc nhỏ giữ được chất lượng.",
        body="""<ol><li><strong>Hái chín.</strong> Quả xanh làm hạt nhẹ và đắng. Hái làm nhiều đợt, không tuốt cả cành.</li>
<li><strong>Phơi ngay trong ngày.</strong> Cà phê tươi để đống qua đêm sẽ lên men, đen hạt.</li>
<li><strong>Phơi mỏng, đảo nhiều lần.</strong> Phơi trên sân xi măng hoặc bạt sạch, tối che lại kẻo sương.</li>
<li><strong>Cất khi đã khô.</strong> Cắn hạt thấy giòn, không dính răng; độ ẩm khoảng 12–13 %. Để bao trên kệ, cách tường.</li></ol>
<p>Không phơi trên mặt đường: dễ lẫn đá, bẩn, và gây tai nạn giao thông.</p>""",
    ),
    DemoArticle(
        unit="ayun",
        category="cong_khai",
        days_ago=22,
        title="Những việc xã phải công khai để dân biết",
        summary="Kế hoạch, ngân sách, dự án, đất đai, các khoản đóng góp: bà con có quyền xem và hỏi.",
        body="""<p>Theo Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15 (Điều 11), chính quyền cấp xã phải công khai nhiều nội dung để Nhân dân biết, trong đó có:</p>
<ul><li>kế hoạch phát triển kinh tế - xã hội và kết quả thực hiện;</li><li>dự toán, quyết toán ngân sách xã;</li>
<li>dự án, công trình đầu tư trên địa bàn; quy hoạch, kế hoạch sử dụng đất;</li><li>việc quản lý, sử dụng các quỹ và khoản huy động Nhân dân đóng góp;</li>
<li>các khoản phí, lệ phí do xã thu trực tiếp.</li></ul>
<p>Tài liệu được niêm yết tại trụ sở UBND xã, nhà rông và đăng ở mục “Công khai để dân biết”. Chỗ nào chưa rõ, bà con bấm “Hỏi hoặc góp ý về tin này”.</p>""",
    ),
    DemoArticle(
        unit="ayun",
        category="thien_tai_khan_cap",
        days_ago=2,
        priority="priority",
        title="Mùa khô: phòng cháy nhà và cháy rừng",
        cover=(
            "dry_hills",
            "Hình vẽ đồi khô dưới nắng gắt, có đường băng cản lửa ở giữa.",
        ),
        summary="Không đốt rẫy khi gió to; dập tắt tàn lửa; thấy cháy gọi 114 và báo trưởng làng.",
        body="""<p>Trời hanh khô, gió mạnh, một tàn lửa nhỏ cũng thành đám cháy lớn. Xã đề nghị bà con:</p>
<ul><li>Báo trưởng làng trước khi đốt rẫy; phát đường băng cản lửa; không đốt buổi trưa và khi có gió.</li>
<li>Dập tắt hẳn tàn lửa trước khi về; không vứt tàn thuốc.</li><li>Trong nhà: tắt bếp, rút điện khi đi làm; không để củi, rơm gần bếp.</li></ul>
<p>Thấy cháy: hô to cho mọi người biết, gọi <a href="tel:114">114</a>, báo trưởng làng và Công an xã.</p>""",
    ),
    DemoArticle(
        unit="ayun",
        category="guong_nguoi_tot",
        days_ago=1,
        state="submitted",
        title="Tổ tự quản làng Kon Brung giữ đường làng sạch",
        summary="Mỗi sáng Chủ nhật, cả làng cùng quét đường, khơi rãnh.",
        body="""<p>Từ đầu năm, tổ tự quản làng Kon Brung vận động mỗi nhà cử một người quét đường, khơi rãnh vào sáng Chủ nhật. Đường làng hết đọng nước, trẻ con đi học không còn lấm chân.</p>
<p>Già làng nói: “Việc chung thì cùng làm, làm xong thì cùng vui”.</p>""",
    ),
    DemoArticle(
        unit="ayun",
        category="du_an_chuong_trinh",
        days_ago=0,
        state="draft",
        title="Kế hoạch sửa đường vào làng Hyer (bản nháp)",
        summary="Đang chờ số liệu của Phòng Kinh tế.",
        body="<p>Đoạn đường, thời gian làm và đơn vị thi công sẽ bổ sung sau khi Phòng Kinh tế cung cấp.</p>",
    ),
    DemoArticle(
        unit="ayun",
        category="chu_truong_chinh_sach",
        days_ago=1,
        state="scheduled",
        title="Mời bà con dự họp làng góp ý kế hoạch năm tới",
        cover=(
            "terraces",
            "Hình vẽ ruộng bậc thang và núi xanh.",
        ),
        summary="Tối thứ Bảy, 19 giờ, tại nhà rông các làng.",
        body="""<p>UBND xã mời bà con dự họp làng góp ý kế hoạch phát triển kinh tế - xã hội năm tới: <strong>19 giờ tối thứ Bảy</strong>, tại nhà rông của làng.</p>
<p>Ai bận không đến được thì gửi ý kiến qua mục “Gửi phản ánh”, chọn loại “Kiến nghị”.</p>""",
    ),
    DemoArticle(
        unit="quynhon",
        category="san_pham_dich_vu",
        days_ago=3,
        lasts_days=7,
        title="Tạm ngừng cấp nước để súc rửa đường ống",
        cover=(
            "water",
            "Hình vẽ vòi nước đang nhỏ từng giọt.",
        ),
        summary="Khu phố 1, 2 và 3: từ 22 giờ thứ Tư đến 5 giờ sáng thứ Năm.",
        body="""<p>Đơn vị cấp nước súc rửa đường ống, nước sẽ ngừng hoặc chảy yếu tại Khu phố 1, 2 và 3 <strong>từ 21 giờ thứ Tư đến 5 giờ sáng thứ Năm</strong>.</p>
<p>Bà con trữ nước đủ dùng. Khi có nước lại, xả vòi vài phút cho hết cặn rồi hãy dùng.</p>""",
        corrected=("từ 21 giờ thứ Tư", "từ 22 giờ thứ Tư"),
        note="Giờ bắt đầu ngừng nước là 22 giờ, không phải 21 giờ như tin đăng lúc đầu.",
    ),
    DemoArticle(
        unit="quynhon",
        category="chu_truong_chinh_sach",
        days_ago=16,
        title="Phân loại rác sinh hoạt tại nhà thành ba loại",
        cover=(
            "bins",
            "Hình vẽ ba thùng rác: xanh dương, xanh lá và nâu.",
        ),
        summary="Rác tái chế, rác thực phẩm, rác còn lại: để riêng từ trong nhà.",
        body="""<p>Luật Bảo vệ môi trường 2020 yêu cầu hộ gia đình phân loại chất thải rắn sinh hoạt:</p>
<ol><li><strong>Rác tái sử dụng, tái chế:</strong> giấy, chai nhựa, lon, kim loại. Rửa sơ, để khô.</li>
<li><strong>Rác thực phẩm:</strong> cơm canh thừa, vỏ rau quả. Để ráo nước, buộc kín.</li>
<li><strong>Rác còn lại:</strong> tã, sành sứ, túi bẩn. Bóng đèn, pin, lọ thuốc trừ sâu là rác nguy hại: để riêng và mang đến điểm thu gom.</li></ol>
<p>Bà con mang rác ra đúng giờ xe đến, không để trước nhà qua đêm.</p>""",
    ),
    DemoArticle(
        unit="quynhon",
        category="hoi_dap",
        days_ago=11,
        title="Hỏi đáp: Khi nào phải đổi thẻ căn cước?",
        summary="Công dân đổi thẻ khi đủ 14, 25, 40 và 60 tuổi.",
        body="""<p>Theo Luật Căn cước, công dân Việt Nam được cấp thẻ phải làm thủ tục cấp đổi khi đủ <strong>14, 25, 40 và 60 tuổi</strong>. Thẻ được cấp, đổi trong vòng 2 năm trước các mốc tuổi đó vẫn có giá trị đến mốc tuổi tiếp theo.</p>
<p>Sau khi sắp xếp đơn vị hành chính, thẻ còn hạn vẫn dùng bình thường; bà con không bắt buộc phải đổi vì tên xã, phường thay đổi.</p>
<p>Cần hỗ trợ, bà con đến Công an phường hoặc Trung tâm Phục vụ hành chính công trong giờ làm việc.</p>""",
    ),
    DemoArticle(
        unit="quynhon",
        category="thien_tai_khan_cap",
        days_ago=6,
        priority="priority",
        title="Trước khi bão vào: việc cần làm trong nhà và ở bến thuyền",
        cover=(
            "boats",
            "Hình vẽ ba chiếc thuyền neo ở bến, trời nhiều mây đen.",
        ),
        summary="Chằng mái, cắt cây, neo thuyền đúng chỗ, chuẩn bị đồ dùng cho ba ngày.",
        body="""<h2>Trong nhà</h2><ul><li>Chằng chống mái tôn, cửa kính; cắt bớt cành cây gần nhà.</li><li>Chuẩn bị nước uống, lương thực, thuốc, đèn pin, pin dự phòng đủ ba ngày.</li><li>Cho giấy tờ vào túi nhựa kín.</li></ul>
<h2>Ở bến thuyền</h2><ul><li>Đưa thuyền vào nơi tránh trú theo hướng dẫn, neo cách nhau để khỏi va đập.</li><li>Không ở lại trên thuyền, lồng bè khi bão vào.</li></ul>
<p>Nghe loa phường và mở ứng dụng này để nhận lệnh sơ tán.</p>""",
    ),
    DemoArticle(
        unit="quynhon",
        category="guong_nguoi_tot",
        days_ago=2,
        state="returned",
        title="Khu phố 4 giữ bãi biển sạch",
        summary="Nhóm tình nguyện nhặt rác mỗi chiều thứ Sáu.",
        body="<p>Mỗi chiều thứ Sáu, nhóm tình nguyện Khu phố 4 nhặt rác dọc bãi biển.</p>",
        note="Xin bổ sung ảnh, số người tham gia và ý kiến của khu phố.",
    ),
    DemoArticle(
        unit="quynhon",
        category="an_ninh_quoc_phong",
        days_ago=1,
        state="approved",
        title="Nhắc bà con khóa xe, khóa cửa dịp cuối năm",
        summary="Để xe trong nhà, khóa cổ; đi vắng nhờ hàng xóm trông giúp.",
        body="""<p>Cuối năm nhiều nhà đi vắng, xe để ngoài đường. Công an phường nhắc bà con: khóa cổ xe, không để túi xách trên xe, đi vắng nhờ hàng xóm trông giúp.</p>
<p>Thấy người lạ có biểu hiện nghi vấn, báo Công an phường hoặc gọi <a href="tel:113">113</a>.</p>""",
    ),
    DemoArticle(
        unit="quynhon",
        category="kien_thuc",
        days_ago=8,
        state="withdrawn",
        title="Lịch chiếu phim ngoài trời ở công viên",
        summary="Tối thứ Bảy, 19 giờ 30.",
        body="<p>Buổi chiếu phim ngoài trời ở công viên, 19 giờ 30 tối thứ Bảy, vào cửa tự do.</p>",
        note="Buổi chiếu đã hoãn; phường sẽ đăng lịch mới.",
    ),
)
